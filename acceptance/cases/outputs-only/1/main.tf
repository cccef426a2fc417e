output "text" {
  value = "a"
}

output "number" {
  value = 1
}

output "flag" {
  value = true
}

output "list" {
  value = tolist(["a", "b"])
}

output "map" {
  value = tomap({ k = "v" })
}

output "object" {
  value = { a = [1, "x", null], b = toset([2, 1, 2]) }
}

output "nothing" {
  value = null
}

output "hidden" {
  value     = "secret"
  sensitive = true
}
