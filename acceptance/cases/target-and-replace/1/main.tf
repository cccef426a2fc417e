resource "hotswap_tenant" "needed" {
  name = "@needed"
}

resource "hotswap_tenant" "other" {
  name = "@other"
}

resource "hotswap_plugin" "p" {
  name        = "@p"
  description = hotswap_tenant.needed.namespace
}
