variable "word" {
  type = string
}

resource "hotswap_tenant" "t" {
  name = "@acme"
  tier = var.word
}

resource "hotswap_plugin" "p" {
  name        = "@greeter"
  description = var.word
}

resource "hotswap_plugin_version" "v" {
  plugin        = hotswap_plugin.p.name
  version       = "1.0.0"
  source        = "${path.module}/greeter-1.0.0.wat"
  release_notes = var.word
}

resource "hotswap_deployment" "d" {
  name    = "hello"
  tenant  = hotswap_tenant.t.name
  plugin  = hotswap_plugin.p.name
  version = hotswap_plugin_version.v.version
  config  = jsonencode({ word = var.word })

  strategy = {
    canary = {
      steps = [{ weight = 50, hold = var.word == "three" ? "3s" : "0s" }]
    }
  }

  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
  }
}
