resource "hotswap_tenant" "alpha" {
  name = "@a"
}

resource "hotswap_tenant" "many" {
  for_each = toset(["b"])
  name     = "@${each.key}"
}

module "m" {
  source   = "./m"
  category = "demo"
}
