variable "key" {
  type      = string
  ephemeral = true
}

resource "hotswap_tenant" "t" {
  name         = "@t"
  display_name = "Made of ${var.key}"
}
