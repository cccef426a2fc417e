resource "hotswap_plugin" "p" {
  name     = "@p"
  category = "demo"
  tags     = ["a", "b"]
}
