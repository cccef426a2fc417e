variable "key" {
  type      = string
  ephemeral = true
}

variable "label" {
  type = string
}

resource "hotswap_tenant" "t" {
  name   = "@t"
  labels = { label = var.label }
}

output "key" {
  value     = "Bearer ${var.key}"
  ephemeral = true
}
