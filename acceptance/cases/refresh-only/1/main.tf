resource "hotswap_tenant" "t" {
  name = "@t"
  tier = "silver"
}

output "tier" {
  value = hotswap_tenant.t.tier
}
