variable "versions" {
  type = map(string)
}

resource "hotswap_plugin" "p" {
  name = "@greeter"
}

resource "hotswap_plugin_version" "v" {
  for_each = var.versions
  plugin   = hotswap_plugin.p.name
  version  = each.key
  source   = "${path.module}/greeter-${each.value}.wat"
}
