# What the pipeline of this folder plans and applies: ci/check, ci/plan, ci/comment and ci/apply, called by github-actions.yml.

variable "greeter_version" {
  description = "The version of the greeter to serve"
  type        = string
  default     = "1.0.0"
}

resource "hotswap_tenant" "acme" {
  name = "acme"
}

resource "hotswap_plugin" "greeter" {
  name     = "greeter"
  category = "demo"
}

resource "hotswap_plugin_version" "greeter" {
  for_each = toset(["1.0.0", "1.1.0"])

  plugin  = hotswap_plugin.greeter.name
  version = each.key
  source  = "${path.module}/../plugins/greeter/greeter-${each.key}.wat"
}

resource "hotswap_deployment" "hello" {
  name    = "hello"
  tenant  = hotswap_tenant.acme.name
  plugin  = hotswap_plugin.greeter.name
  version = hotswap_plugin_version.greeter[var.greeter_version].version

  health_check = {
    http             = { path = "/healthz", interval = "1s" }
    min_healthy_time = "2s"
  }
}

output "url" {
  description = "Where the greeter answers"
  value       = hotswap_deployment.hello.url
}
