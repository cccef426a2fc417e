variable "word" {
  type = string
}

variable "name" {
  type    = string
  default = ""
}

resource "hotswap_tenant" "t" {
  name = "@acme${var.name}"
  tier = var.word
}

resource "hotswap_plugin" "p" {
  name        = "@greeter${var.name}"
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

  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
  }
}

output "revision" {
  value = hotswap_deployment.d.revision
}

output "status" {
  value = hotswap_deployment.d.status
}
