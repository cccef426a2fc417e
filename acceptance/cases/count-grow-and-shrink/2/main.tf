variable "size" {
  type = number
}

resource "hotswap_tenant" "t" {
  count = var.size
  name  = "@t-${count.index}"
}

output "names" {
  value = hotswap_tenant.t[*].name
}
