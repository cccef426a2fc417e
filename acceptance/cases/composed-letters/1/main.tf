variable "typed" {
  type = string
}

resource "hotswap_tenant" "t" {
  name         = "@t"
  display_name = "Ångström"
  labels       = { "über" = var.typed }
}

resource "hotswap_plugin" "p" {
  name        = "@p"
  description = join("", ["A", "\u030a"])
  tags        = ["ö", "ö"]
}

output "name" {
  value = hotswap_tenant.t.display_name
}

output "same" {
  value = var.typed == hotswap_tenant.t.display_name
}
