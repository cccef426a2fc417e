ephemeral "hotswap_token" "acme" {
  role   = "operator"
  tenant = "acme"
  ttl    = "10m"
}

# What this one does, it does with no more than the run needs, and for no longer.
provider "hotswap" {
  alias = "acme"
  token = ephemeral.hotswap_token.acme.token
}
