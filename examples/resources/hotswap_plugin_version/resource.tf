# A published version is immutable: a new number is a new line, and the bytes behind an old one stay.
resource "hotswap_plugin_version" "greeter" {
  for_each = toset(["1.0.0", "1.1.0"])

  plugin  = hotswap_plugin.greeter.name
  version = each.key
  source  = "${path.module}/plugins/greeter-${each.key}.wasm"
  channel = "stable"

  default_config = jsonencode({ greeting = "hello" })
}
