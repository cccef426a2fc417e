variable "constraint" {
  type = string
}

variable "instances" {
  type    = number
  default = 1
}

variable "siblings" {
  type    = set(string)
  default = []
}

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

resource "hotswap_plugin_version" "sibling" {
  for_each = var.siblings
  plugin   = hotswap_plugin.p.name
  version  = each.key
  source   = "${path.module}/greeter-1.1.0.wat"
}

resource "hotswap_deployment" "d" {
  name      = "hello"
  tenant    = hotswap_tenant.t.name
  plugin    = hotswap_plugin.p.name
  version   = var.constraint
  instances = var.instances

  health_check = {
    min_healthy_time = "0s"
  }

  depends_on = [hotswap_plugin_version.v, hotswap_plugin_version.sibling]
}

output "resolved" {
  value = hotswap_deployment.d.resolved_version
}
