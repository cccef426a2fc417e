resource "hotswap_tenant" "t" {
  name = "@t-0"
}
