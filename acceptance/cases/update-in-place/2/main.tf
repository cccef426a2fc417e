resource "hotswap_tenant" "acme" {
  name   = "@acme"
  tier   = "silver"
  labels = { a = "b" }
}

output "status" {
  value = hotswap_tenant.acme.status
}
