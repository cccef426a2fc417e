variable "names" {
  type = set(string)
}

resource "hotswap_tenant" "t" {
  for_each = var.names
  name     = "@${each.key}"
  labels   = { key = each.value }
}

output "names" {
  value = [for tenant in hotswap_tenant.t : tenant.name]
}
