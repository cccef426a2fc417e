import {
  to = hotswap_plugin.greeter
  id = "greeter"
}
