list "hotswap_tenant" "all" {
  provider = hotswap
}
