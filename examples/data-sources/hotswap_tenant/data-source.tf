data "hotswap_tenant" "acme" {
  name = "acme"
}

output "instances_in_use" {
  value = data.hotswap_tenant.acme.usage.instances
}
