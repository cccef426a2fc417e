list "hotswap_plugin_version" "greeter" {
  provider = hotswap

  config {
    plugin = "greeter"
  }
}
