resource "hotswap_tenant" "taken" {
  name = "@taken"
}

resource "hotswap_tenant" "free" {
  name = "@free"
}

resource "hotswap_plugin" "after_taken" {
  name        = "@after-taken"
  description = hotswap_tenant.taken.id
}

resource "hotswap_plugin" "after_free" {
  name        = "@after-free"
  description = hotswap_tenant.free.id
}

output "free" {
  value = hotswap_plugin.after_free.description == hotswap_tenant.free.id
}
