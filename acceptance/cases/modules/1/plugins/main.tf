variable "prefix" {
  type = string
}

variable "size" {
  type = number
}

resource "hotswap_plugin" "p" {
  count = var.size
  name  = "${var.prefix}-${count.index}"
}

output "names" {
  value = hotswap_plugin.p[*].name
}
