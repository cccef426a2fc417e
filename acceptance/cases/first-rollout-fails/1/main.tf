variable "release" {
  type = string
}

variable "retry" {
  type    = number
  default = 0
}

resource "hotswap_tenant" "t" {
  name = "@acme"
}

resource "hotswap_plugin" "p" {
  name = "@greeter"
}

resource "hotswap_plugin_version" "v" {
  for_each = toset(["1.0.0", "3.0.0"])
  plugin   = hotswap_plugin.p.name
  version  = each.key
  source   = "${path.module}/greeter-${each.key}.wat"
}

resource "hotswap_deployment" "d" {
  name    = "hello"
  tenant  = hotswap_tenant.t.name
  plugin  = hotswap_plugin.p.name
  version = hotswap_plugin_version.v[var.release].version
  retry   = var.retry

  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
    healthy_deadline = "2s"
  }
}

output "status" {
  value = hotswap_deployment.d.status
}
