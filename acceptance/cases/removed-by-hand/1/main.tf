resource "hotswap_tenant" "t" {
  count = 2
  name  = "@t-${count.index}"
}

output "names" {
  value = hotswap_tenant.t[*].name
}
