variable "endpoint" {
  type = string
}

variable "token" {
  type      = string
  sensitive = true
}

variable "tier" {
  type    = string
  default = "there"
}

provider "hotswap" {
  alias    = "there"
  endpoint = var.endpoint
  token    = var.token
}

resource "hotswap_tenant" "here" {
  name = "@acme"
  tier = "here"
}

resource "hotswap_tenant" "there" {
  provider = hotswap.there
  name     = "@acme"
  tier     = var.tier
}

resource "hotswap_plugin" "there" {
  provider = hotswap.there
  name     = "@greeter"
}

output "tiers" {
  value = [hotswap_tenant.here.tier, hotswap_tenant.there.tier]
}
