output "url" {
  description = "Where it answers"
  value       = hotswap_deployment.this.url
}

output "version" {
  description = "The version that was chosen"
  value       = hotswap_deployment.this.resolved_version
}
