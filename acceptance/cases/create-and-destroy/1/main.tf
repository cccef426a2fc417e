resource "hotswap_tenant" "acme" {
  name         = "@acme"
  display_name = "Acme <&> \"Söhne\""
  labels       = { team = "web", "a.b" = "c" }
  tier         = "gold"
  quotas       = { max_instances = 10 }

  rate_limits = {
    requests_per_second = 1000
  }

  allowed_categories = ["demo", "auth"]
}

output "name" {
  value = hotswap_tenant.acme.name
}

output "limit" {
  value = hotswap_tenant.acme.quotas.max_instances
}

output "everything" {
  value = {
    labels     = hotswap_tenant.acme.labels
    categories = hotswap_tenant.acme.allowed_categories
    texts      = ["a", "b"]
    half       = 1 / 2
    none       = null
  }
}
