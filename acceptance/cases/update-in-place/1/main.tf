resource "hotswap_tenant" "acme" {
  name   = "@acme"
  tier   = "gold"
  status = "suspended"
}

output "status" {
  value = hotswap_tenant.acme.status
}
