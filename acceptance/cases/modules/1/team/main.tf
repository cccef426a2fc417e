variable "name" {
  type        = string
  description = "Of the team"

  validation {
    condition     = length(var.name) > 2
    error_message = "The name ${var.name} is too short."
  }
}

variable "plugins" {
  type    = number
  default = 1
}

resource "hotswap_tenant" "t" {
  name = "@${var.name}"
}

module "plugins" {
  source = "../plugins"
  prefix = hotswap_tenant.t.name
  size   = var.plugins
}

output "tenant" {
  value = hotswap_tenant.t
}

output "plugin_names" {
  value = module.plugins.names
}
