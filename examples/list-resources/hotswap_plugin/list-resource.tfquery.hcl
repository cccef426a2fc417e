list "hotswap_plugin" "http" {
  provider = hotswap

  config {
    category = "http"
  }
}
