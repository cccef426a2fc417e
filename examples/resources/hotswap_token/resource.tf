# Made at random where secrets are kept, such as by `openssl rand -base64 32`, and given to whoever is to use it.
variable "ci_token" {
  type      = string
  ephemeral = true
  sensitive = true
}

resource "hotswap_token" "ci" {
  role        = "operator"
  tenant      = hotswap_tenant.acme.name
  description = "deploys of the CI"
  ttl         = "2160h"

  # Write-only: neither plan nor state holds it. For a new value raise `rotate`.
  value  = var.ci_token
  rotate = 1
}
