variable "missing" {
  type = string
}

output "missing" {
  value = var.missing
}
