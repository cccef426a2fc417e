data "hotswap_deployment" "hello" {
  tenant = "acme"
  name   = "hello"
}

output "serves" {
  value = data.hotswap_deployment.hello.active_version
}
