resource "hotswap_tenant" "a" {
  name = "@a"
}

resource "hotswap_tenant" "b" {
  name = "@b"
}

resource "hotswap_plugin" "p" {
  name = "@p"
}
