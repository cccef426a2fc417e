data "hotswap_plugin_version" "greeter" {
  plugin  = "greeter"
  version = "1.1.0"
}

output "imports" {
  value = data.hotswap_plugin_version.greeter.imports
}
