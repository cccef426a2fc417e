variable "names" {
  type = list(list(string))
}

resource "hotswap_plugin" "p" {
  name        = "@summary"
  description = join(", ", flatten(var.names))
}
