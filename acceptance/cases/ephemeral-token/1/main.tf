variable "secret" {
  type      = string
  ephemeral = true
  sensitive = true
}

variable "number" {
  type    = number
  default = 1
}

ephemeral "hotswap_token" "run" {
  role = "admin"
  ttl  = "10m"
}

provider "hotswap" {
  alias = "run"
  token = ephemeral.hotswap_token.run.token
}

resource "hotswap_tenant" "t" {
  provider = hotswap.run
  name     = "@acme"
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
  provider = hotswap.run
  name     = "hello"
  tenant   = hotswap_tenant.t.name
  plugin   = hotswap_plugin.p.name
  version  = hotswap_plugin_version.v.version

  secrets         = { greeting = var.secret, ttl = ephemeral.hotswap_token.run.ttl }
  secrets_version = var.number
  health_check    = { min_healthy_time = "0s" }
}
