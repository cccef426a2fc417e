moved {
  from = hotswap_tenant.a
  to   = hotswap_tenant.alpha
}

moved {
  from = hotswap_tenant.b
  to   = hotswap_tenant.many["b"]
}

moved {
  from = hotswap_plugin.p
  to   = module.m.hotswap_plugin.p
}

resource "hotswap_tenant" "alpha" {
  name = "@a"
}

resource "hotswap_tenant" "many" {
  for_each = toset(["b"])
  name     = "@${each.key}"
}

module "m" {
  source = "./m"
}
