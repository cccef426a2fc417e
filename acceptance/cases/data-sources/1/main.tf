resource "hotswap_tenant" "t" {
  name = "@t"
  tier = "gold"
}

resource "hotswap_plugin" "p" {
  name = "@p"
}

data "hotswap_tenant" "t" {
  name = hotswap_tenant.t.name

  depends_on = [hotswap_plugin.p]
}

# Its name is known while planning, but the plugin is not there yet.
data "hotswap_plugin" "p" {
  name = hotswap_plugin.p.name
}

data "hotswap_plugins" "none" {
  publisher = "@nobody"
}

resource "hotswap_plugin" "q" {
  name        = "@q"
  description = data.hotswap_tenant.t.tier
  tags        = data.hotswap_plugins.none.plugins[*].name
}

output "tier" {
  value = data.hotswap_tenant.t.tier
}
