resource "hotswap_tenant" "t" {
  name = "@t"
}

resource "hotswap_plugin" "p" {
  for_each    = { a = hotswap_tenant.t.id }
  name        = "@p-${each.key}"
  description = each.value
}

output "descriptions" {
  value = { for key, plugin in hotswap_plugin.p : key => plugin.description == hotswap_tenant.t.id }
}
