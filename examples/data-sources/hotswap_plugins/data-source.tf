data "hotswap_plugins" "http" {
  category = "http"
}

output "names" {
  value = data.hotswap_plugins.http.plugins[*].name
}
