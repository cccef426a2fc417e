output "url" {
  description = "Where the greeter answers"
  value       = hotswap_deployment.hello.url
}

output "active_version" {
  description = "The version that serves"
  value       = hotswap_deployment.hello.active_version
}
