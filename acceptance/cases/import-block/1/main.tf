locals {
  plugins = toset(["a", "b"])
}

import {
  to = hotswap_tenant.t
  id = "@t"
}

import {
  for_each = local.plugins
  to       = hotswap_plugin.p[each.key]
  id       = "@p-${each.value}"
}

resource "hotswap_tenant" "t" {
  name = "@t"
  tier = "silver"
}

resource "hotswap_plugin" "p" {
  for_each = local.plugins
  name     = "@p-${each.key}"
}

output "tier" {
  value = hotswap_tenant.t.tier
}
