variable "auth" {
  type = string
}

variable "greeter" {
  type = string
}

resource "hotswap_tenant" "t" {
  name = "@acme"
}

resource "hotswap_plugin" "auth" {
  name = "@auth"
}

resource "hotswap_plugin" "greeter" {
  name = "@greeter"
}

resource "hotswap_plugin_version" "auth" {
  for_each = toset(["1.4.0", "1.5.0", "2.0.0"])
  plugin   = hotswap_plugin.auth.name
  version  = each.key
  source   = "${path.module}/greeter-1.0.0.wat"
}

resource "hotswap_plugin_version" "greeter" {
  for_each     = { "1.0.0" = "^1", "1.1.0" = "^2" }
  plugin       = hotswap_plugin.greeter.name
  version      = each.key
  source       = "${path.module}/greeter-1.0.0.wat"
  dependencies = [{ plugin = hotswap_plugin.auth.name, version = each.value }]
}

resource "hotswap_deployment" "auth" {
  name         = "auth"
  tenant       = hotswap_tenant.t.name
  plugin       = hotswap_plugin.auth.name
  version      = hotswap_plugin_version.auth[var.auth].version
  health_check = { min_healthy_time = "0s" }
}

resource "hotswap_deployment" "hello" {
  name         = "hello"
  tenant       = hotswap_tenant.t.name
  plugin       = hotswap_plugin.greeter.name
  version      = hotswap_plugin_version.greeter[var.greeter].version
  health_check = { min_healthy_time = "0s" }

  depends_on = [hotswap_deployment.auth]
}

output "needs" {
  value = hotswap_deployment.hello.dependencies[*].version
}
