resource "hotswap_tenant" "acme" {
  name         = "acme"
  display_name = "Acme Corporation"
  tier         = "gold"
  labels       = { team = "web" }

  quotas = {
    max_plugins   = 10
    max_instances = 40
    max_memory_mb = 2048
  }

  rate_limits = {
    requests_per_second  = 500
    burst                = 1000
    deployments_per_hour = 30
  }

  allowed_categories = ["auth", "http"]
}
