variable "release" {
  type = string
}

resource "hotswap_tenant" "t" {
  name = "@acme"
}

resource "hotswap_plugin" "p" {
  name = "@greeter"
}

resource "hotswap_plugin_version" "v" {
  for_each = toset(["1.0.0", "1.1.0"])
  plugin   = hotswap_plugin.p.name
  version  = each.key
  source   = "${path.module}/greeter-${each.key}.wat"
}

resource "hotswap_deployment" "d" {
  name    = "hello"
  tenant  = hotswap_tenant.t.name
  plugin  = hotswap_plugin.p.name
  version = hotswap_plugin_version.v[var.release].version

  config = jsonencode({
    greeting = "hi <you>"
    nested   = { list = [1, 2.5, true, null] }
  })

  strategy = {
    canary = {
      steps = [{ weight = 50, hold = "200ms" }]
    }
  }

  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
  }
}

output "active" {
  value = hotswap_deployment.d.active_version
}

output "revision" {
  value = hotswap_deployment.d.revision
}

output "stages" {
  value = hotswap_deployment.d.rollout_plan.stages[*].weight
}
