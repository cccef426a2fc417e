variable "quota" {
  type = number
}

variable "instances" {
  type = map(number)
}

resource "hotswap_tenant" "t" {
  name   = "@acme"
  quotas = { max_instances = var.quota, max_plugins = 1 }
}

resource "hotswap_plugin" "p" {
  for_each = toset(["greeter", "other"])
  name     = "@${each.key}"
}

resource "hotswap_plugin_version" "v" {
  for_each = hotswap_plugin.p
  plugin   = each.value.name
  version  = "1.0.0"
  source   = "${path.module}/greeter-1.0.0.wat"
}

resource "hotswap_deployment" "d" {
  for_each  = var.instances
  name      = each.key
  tenant    = hotswap_tenant.t.name
  plugin    = hotswap_plugin_version.v[each.key == "stranger" ? "other" : "greeter"].plugin
  version   = "1.0.0"
  instances = each.value

  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
  }
}
