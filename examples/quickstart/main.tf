# One tenant, one plugin with its versions, and one deployment that goes from version to version by canary.

# The tenant: who runs plugins, how much it may hold and how fast it may go.
resource "hotswap_tenant" "acme" {
  name         = "acme"
  display_name = "Acme Corporation"
  tier         = "standard"
  labels       = { team = "web" }

  quotas = {
    max_plugins    = 5
    max_instances  = 10
    max_memory_mb  = 256
    max_storage_mb = 16
  }

  rate_limits = {
    requests_per_second  = 1000
    burst                = 2000
    deployments_per_hour = 60
  }
}

# The plugin: a name under which versions are published.
resource "hotswap_plugin" "greeter" {
  name        = "greeter"
  publisher   = "examples"
  category    = "demo"
  description = "Answers every request with a greeting that names its version"
  tags        = ["example", "http"]
}

# Its versions: immutable, so a new number is a new line here.
resource "hotswap_plugin_version" "greeter" {
  for_each = {
    "1.0.0" = "The first version"
    "1.1.0" = "As good as the one before"
    "2.0.0" = "Fails about one request in four, while its health check stays fine"
  }

  plugin        = hotswap_plugin.greeter.name
  version       = each.key
  source        = "${path.module}/../plugins/greeter/greeter-${each.key}.wat"
  release_notes = each.value
}

# The deployment: the plugin at one version, run for the tenant.
resource "hotswap_deployment" "hello" {
  name      = "hello"
  tenant    = hotswap_tenant.acme.name
  plugin    = hotswap_plugin.greeter.name
  version   = hotswap_plugin_version.greeter[var.greeter_version].version
  instances = 4

  # A new version gets a tenth of the requests, then half of them, then all.
  strategy = {
    canary = {
      steps = [
        { weight = 10, hold = "10s" },
        { weight = 50, hold = "5s" },
        { weight = 100, hold = "5s" },
      ]
    }
  }

  # It goes back by itself if an instance stops answering its probe, or if more than 5 % of its requests fail. That takes
  # requests to know: a version that fails a quarter of them is known after about 40, so the first stage must see that many.
  health_check = {
    http = {
      path            = "/healthz"
      interval        = "1s"
      timeout         = "500ms"
      unhealthy_after = 3
    }
    error_rate        = 5
    min_healthy_time  = "2s"
    healthy_deadline  = "30s"
    progress_deadline = "2m"
  }

  # What one request may take.
  sandbox = {
    memory_mb = 16
    timeout   = "2s"
  }
}
