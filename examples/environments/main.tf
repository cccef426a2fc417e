# One code for every environment; what differs is in environments/*.tfvars.

resource "hotswap_tenant" "acme" {
  name   = "${var.environment}-acme"
  labels = { environment = var.environment }
  quotas = { max_instances = 2 * var.instances }
}

resource "hotswap_plugin" "greeter" {
  name     = "${var.environment}-greeter"
  category = "demo"
}

resource "hotswap_plugin_version" "greeter" {
  for_each = toset(["1.0.0", "1.1.0"])

  plugin  = hotswap_plugin.greeter.name
  version = each.key
  source  = "${path.module}/../plugins/greeter/greeter-${each.key}.wat"
}

resource "hotswap_deployment" "greeter" {
  name      = "greeter"
  tenant    = hotswap_tenant.acme.name
  plugin    = hotswap_plugin.greeter.name
  version   = hotswap_plugin_version.greeter[var.greeter_version].version
  instances = var.instances

  strategy = {
    direct = length(var.canary) == 0 ? {} : null
    canary = length(var.canary) == 0 ? null : { steps = var.canary }
  }

  health_check = {
    http              = { path = "/healthz", interval = "1s" }
    min_healthy_time  = "2s"
    progress_deadline = "1h"
  }
}
