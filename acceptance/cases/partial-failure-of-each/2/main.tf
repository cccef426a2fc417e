resource "hotswap_tenant" "free" {
  name = "@free"
}

resource "hotswap_tenant" "taken" {
  name = "@taken"
}

resource "hotswap_plugin" "free" {
  name = "@greeter"
}

resource "hotswap_plugin" "taken" {
  name = "@taken"
}

resource "hotswap_plugin_version" "good" {
  for_each = toset(["1.0.0", "3.0.0"])
  plugin   = hotswap_plugin.free.name
  version  = each.key
  source   = "${path.module}/greeter-${each.key}.wat"
}

resource "hotswap_plugin_version" "bad" {
  plugin  = "@greeter"
  version = "1.1.0"
  source  = "${path.module}/greeter-1.1.0.wat"
}

resource "hotswap_deployment" "d" {
  for_each = { good = "1.0.0", bad = "1.0.0" }
  name     = each.key
  tenant   = hotswap_tenant.free.name
  plugin   = hotswap_plugin.free.name
  version  = hotswap_plugin_version.good[each.value].version

  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
    healthy_deadline = "2s"
  }
}
