variable "category" {
  type    = string
  default = null
}

resource "hotswap_plugin" "p" {
  name     = "@p"
  category = var.category
}
