resource "hotswap_tenant" "t" {
  name   = "@acme"
  status = "gone"
}

resource "hotswap_plugin" "p" {
  name              = "@greeter"
  documentation_url = "ftp://example.org"
}

resource "hotswap_plugin_version" "v" {
  plugin  = "@greeter"
  version = "1.0.0"
  source  = "${path.module}/greeter-1.0.0.wat"
  channel = "nightly"
}

resource "hotswap_deployment" "d" {
  name      = "hello"
  tenant    = "@acme"
  plugin    = "@greeter"
  version   = "1.0.0"
  instances = 0

  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
  }
}
