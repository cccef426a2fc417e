data "hotswap_resolution" "greeter" {
  plugin  = "greeter"
  version = "~> 1.0"
  tenant  = "acme"
}

# What was reviewed with the plan is what is applied.
resource "hotswap_deployment" "resolved" {
  name                 = "hello"
  tenant               = "acme"
  plugin               = "greeter"
  version              = data.hotswap_resolution.greeter.resolved_version
  dependency_overrides = data.hotswap_resolution.greeter.versions
}
