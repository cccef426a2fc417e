variable "name" {
  type = string
}

resource "hotswap_tenant" "t" {
  name = "@${var.name}"
}

resource "hotswap_plugin" "p" {
  name        = "@p"
  description = "For ${hotswap_tenant.t.id}"
}

output "name" {
  value = hotswap_tenant.t.name
}
