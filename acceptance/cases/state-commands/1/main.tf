resource "hotswap_tenant" "a" {
  name = "@a"
}

resource "hotswap_tenant" "many" {
  for_each = toset(["x", "y"])
  name     = "@${each.key}"
}
