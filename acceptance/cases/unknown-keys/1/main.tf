resource "hotswap_tenant" "t" {
  name = "@t"
}

resource "hotswap_plugin" "p" {
  for_each = toset([hotswap_tenant.t.id])
  name     = "@${each.key}"
}
