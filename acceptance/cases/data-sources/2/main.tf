resource "hotswap_tenant" "t" {
  name = "@t"
  tier = "gold"
}

resource "hotswap_plugin" "p" {
  name = "@p"
}
