output "text" {
  value = "b"
}

output "number" {
  value = 1.5
}

output "list" {
  value = []
}

output "big" {
  value = 9007199254740993
}

output "third" {
  value = 1 / 3
}

output "hidden" {
  value     = "other"
  sensitive = true
}
