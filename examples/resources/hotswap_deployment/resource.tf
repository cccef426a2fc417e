resource "hotswap_deployment" "hello" {
  name      = "hello"
  tenant    = hotswap_tenant.acme.name
  plugin    = hotswap_plugin.greeter.name
  version   = "~> 1.0"
  instances = 4

  config = jsonencode({ greeting = "good morning" })

  # A new version gets a tenth of the requests for five minutes, then half of them, then all.
  strategy = {
    canary = {
      steps = [
        { weight = 10, hold = "5m" },
        { weight = 50, hold = "5m" },
        { weight = 100, hold = "1m" },
      ]
    }
  }

  # It goes back by itself if an instance stops answering its probe, or if more than 1 % of its requests fail.
  health_check = {
    http = {
      path     = "/healthz"
      interval = "5s"
    }
    error_rate        = 1
    progress_deadline = "30m"
  }

  sandbox = {
    memory_mb = 32
    timeout   = "5s"
  }

  depends_on = [hotswap_plugin_version.greeter]
}
