variable "name" {
  type = string
}

resource "hotswap_tenant" "t" {
  name = "@t-${var.name}"
}

resource "hotswap_plugin" "p" {
  name        = "@p-${var.name}"
  description = hotswap_tenant.t.name

  lifecycle {
    create_before_destroy = true
  }
}
