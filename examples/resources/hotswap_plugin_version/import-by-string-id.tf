import {
  to = hotswap_plugin_version.greeter["1.0.0"]
  id = "greeter/1.0.0"
}
