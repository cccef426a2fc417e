resource "hotswap_tenant" "a" {
  name        = "@a"
  display_nam = "A"
}

resource "hotswap_tenant" "b" {
  name = "@Upper"
}

resource "hotswap_tenant" "c" {
  name   = "@c"
  quotas = "many"
}
