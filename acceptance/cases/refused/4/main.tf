resource "hotswap_tenant" "t" {
  name = "@acme"
}

resource "hotswap_plugin" "p" {
  name = "@greeter"
}

resource "hotswap_plugin_version" "v" {
  plugin  = hotswap_plugin.p.name
  version = "1.0.0"
  source  = "${path.module}/greeter-1.0.0.wat"
}

resource "hotswap_deployment" "d" {
  name    = "hello"
  tenant  = hotswap_tenant.t.name
  plugin  = hotswap_plugin.p.name
  version = "~> 9.0"

  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
  }
}

resource "hotswap_tenant" "other" {
  name = "@acme"
}

resource "hotswap_plugin" "other" {
  name = "@greeter"
}

resource "hotswap_plugin_version" "other" {
  plugin  = "@nothing"
  version = "1.0.0"
  source  = "${path.module}/greeter-1.0.0.wat"
}

resource "hotswap_deployment" "other" {
  name    = "hello"
  tenant  = "@acme"
  plugin  = "@greeter"
  version = "1.0.0"

  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
  }
}
