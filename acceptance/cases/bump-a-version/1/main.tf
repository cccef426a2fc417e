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
  plugin  = hotswap_plugin.p.name
  version = var.release
  source  = "${path.module}/greeter-${var.release}.wat"
}

resource "hotswap_deployment" "d" {
  name    = "hello"
  tenant  = hotswap_tenant.t.name
  plugin  = hotswap_plugin.p.name
  version = hotswap_plugin_version.v.version

  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
    healthy_deadline = "2s"
  }
}

output "active" {
  value = hotswap_deployment.d.active_version
}
