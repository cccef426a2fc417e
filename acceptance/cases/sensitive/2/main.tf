variable "secret" {
  type      = string
  sensitive = true
}

resource "hotswap_tenant" "t" {
  name         = "@t"
  display_name = "Made of ${var.secret}"
  labels       = { open = "yes", closed = var.secret }
}

output "shown" {
  value = hotswap_tenant.t.display_name
}
