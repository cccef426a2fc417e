module "m" {
  source     = "./m"
  for_each   = { a = 1, b = 2 }
  value      = each.value
  depends_on = [module.n]
  providers  = { hotswap = hotswap.eu }
}

module "n" {
  source = "../n"
  count  = 1
}

moved {
  from = hotswap_tenant.a
  to   = module.m["a"].hotswap_tenant.b
}

moved {
  from = module.o
  to   = module.n[0]
}

removed {
  from = module.m.hotswap_tenant.c
  lifecycle {
    destroy = false
  }
}

import {
  for_each = toset(["a"])
  to       = hotswap_tenant.d[each.key]
  id       = "x-${each.value}"
}

check "c" {
  data "hotswap_tenant" "e" {
    name = "e"
  }
  assert {
    condition     = data.hotswap_tenant.e.status == "active"
    error_message = "Not active."
  }
}
