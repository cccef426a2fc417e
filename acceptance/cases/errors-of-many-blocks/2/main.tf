resource "hotswap_tenant" "a" {
  name         = "@a"
  display_name = "A"
}

resource "hotswap_tenant" "c" {
  name   = "@c"
  quotas = { max_instances = "7" }
}
