resource "hotswap_tenant" "let_go" {
  name = "@kept"
}
