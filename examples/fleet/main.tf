# A fleet: many tenants, each with a deployment of the same plugin, from one file that people edit.

locals {
  tiers = {
    standard = { instances = 1, max_instances = 4, requests_per_second = 100 }
    gold     = { instances = 2, max_instances = 20, requests_per_second = 2000 }
  }

  # What every tenant has after its tier and its own line. A tier that does not exist is an error here, with its line.
  tenants = {
    for name, tenant in yamldecode(file("${path.module}/tenants.yaml")) : name => merge(
      { version = var.greeter_version },
      local.tiers[tenant.tier],
      tenant,
    )
  }
}

resource "hotswap_plugin" "greeter" {
  name      = "greeter"
  publisher = "examples"
  category  = "demo"
}

resource "hotswap_plugin_version" "greeter" {
  for_each = toset(["1.0.0", "1.1.0"])

  plugin  = hotswap_plugin.greeter.name
  version = each.key
  source  = "${path.module}/../plugins/greeter/greeter-${each.key}.wat"
}

resource "hotswap_tenant" "fleet" {
  for_each = local.tenants

  name               = each.key
  tier               = each.value.tier
  allowed_categories = ["demo"]
  quotas             = { max_instances = each.value.max_instances }
  rate_limits        = { requests_per_second = each.value.requests_per_second }
}

resource "hotswap_deployment" "greeter" {
  for_each = local.tenants

  name      = "greeter"
  tenant    = hotswap_tenant.fleet[each.key].name
  plugin    = hotswap_plugin.greeter.name
  version   = hotswap_plugin_version.greeter[each.value.version].version
  instances = each.value.instances

  strategy = {
    canary = {
      steps = [
        { weight = 10, hold = "1m" },
        { weight = 50, hold = "1m" },
      ]
    }
  }

  health_check = {
    http             = { path = "/healthz", interval = "1s" }
    min_healthy_time = "2s"
  }

  # An apply hands every rollout over and ends; the platform carries them out, and back where one is bad. `hotswap plan`
  # tells of those that were held.
  wait = false
}
