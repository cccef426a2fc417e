data "hotswap_plugin" "greeter" {
  name = "greeter"
}

output "publisher" {
  value = data.hotswap_plugin.greeter.publisher
}
