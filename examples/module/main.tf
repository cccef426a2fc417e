# A module used twice: what a platform team has decided once, with what differs from service to service as its arguments.

resource "hotswap_tenant" "acme" {
  name   = "acme"
  quotas = { max_plugins = 2, max_instances = 10, max_memory_mb = 256 }
}

module "greeter" {
  source = "./modules/plugin-service"

  tenant = hotswap_tenant.acme.name
  name   = "greeter"
  plugin = { category = "demo", description = "Answers every request with a greeting" }
  versions = {
    "1.0.0" = "${path.module}/../plugins/greeter/greeter-1.0.0.wat"
    "1.1.0" = "${path.module}/../plugins/greeter/greeter-1.1.0.wat"
  }
  serve       = "~> 1.0"
  instances   = 2
  health_path = "/healthz"
}

module "hello" {
  source = "./modules/plugin-service"

  tenant   = hotswap_tenant.acme.name
  name     = "hello"
  plugin   = { category = "demo", description = "A greeting in C" }
  versions = { "0.1.0" = "${path.module}/../plugins/hello-c/hello.wasm" }
  serve    = "0.1.0"
  rollout  = "direct"
}
