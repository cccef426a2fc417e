resource "hotswap_tenant" "let_go" {
  name = "@kept"
}

resource "hotswap_tenant" "destroyed" {
  name = "@destroyed"
}
