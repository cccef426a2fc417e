variable "endpoint" {
  type = string
}

variable "token" {
  type      = string
  sensitive = true
}

# What is not known before it exists.
resource "hotswap_tenant" "first" {
  name = "@first"
}

provider "hotswap" {
  alias    = "later"
  endpoint = hotswap_tenant.first.id == "" ? "http://127.0.0.1:1" : var.endpoint
  token    = hotswap_tenant.first.id == "" ? "" : var.token
}

resource "hotswap_tenant" "t" {
  provider = hotswap.later
  name     = "@acme"
}

resource "hotswap_plugin" "p" {
  provider = hotswap.later
  name     = "@greeter"
}

resource "hotswap_plugin_version" "v" {
  provider = hotswap.later
  plugin   = hotswap_plugin.p.name
  version  = "1.0.0"
  source   = "${path.module}/greeter-1.0.0.wat"
}

resource "hotswap_deployment" "d" {
  provider = hotswap.later
  name     = "hello"
  tenant   = hotswap_tenant.t.name
  plugin   = hotswap_plugin.p.name
  version  = hotswap_plugin_version.v.version

  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
  }
}
