resource "hotswap_plugin" "this" {
  name        = var.name
  publisher   = var.plugin.publisher
  category    = var.plugin.category
  description = var.plugin.description
}

resource "hotswap_plugin_version" "this" {
  for_each = var.versions

  plugin  = hotswap_plugin.this.name
  version = each.key
  source  = each.value
}

resource "hotswap_deployment" "this" {
  name      = var.name
  tenant    = var.tenant
  plugin    = hotswap_plugin.this.name
  version   = var.serve
  instances = var.instances
  config    = jsonencode(var.config)

  # Exactly one of them: the other is null.
  strategy = {
    direct = var.rollout == "direct" ? {} : null
    canary = var.rollout == "canary" ? { steps = [{ weight = 10, hold = "2m" }, { weight = 50, hold = "2m" }] } : null
  }

  health_check = {
    http             = var.health_path == null ? null : { path = var.health_path, interval = "1s" }
    error_rate       = 1
    min_healthy_time = "2s"
  }

  sandbox = {
    memory_mb = 16
    timeout   = "5s"
  }

  # A constraint names no version, so nothing else says that they are published first.
  depends_on = [hotswap_plugin_version.this]
}
