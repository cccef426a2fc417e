variable "versions" {
  type = set(string)
}

variable "serial" {
  type    = number
  default = 0
}

resource "hotswap_deployment" "d" {
  name           = "hello"
  tenant         = "@acme"
  plugin         = "@greeter"
  version        = "~> 1.0"
  resolve_serial = var.serial

  health_check = {
    min_healthy_time = "0s"
  }

  depends_on = [hotswap_tenant.t, hotswap_plugin_version.v]
}

resource "hotswap_plugin_version" "v" {
  for_each   = var.versions
  plugin     = "@greeter"
  version    = each.key
  source     = "${path.module}/greeter-${each.key}.wat"
  depends_on = [hotswap_plugin.p]
}

resource "hotswap_plugin" "p" {
  name = "@greeter"
}

resource "hotswap_tenant" "t" {
  name = "@acme"
}

output "resolved" {
  value = hotswap_deployment.d.resolved_version
}
