resource "hotswap_tenant" "t" {
  tier = "gold"
}
