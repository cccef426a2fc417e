list "hotswap_deployment" "acme" {
  provider         = hotswap
  include_resource = true

  config {
    tenant = "acme"
  }
}
