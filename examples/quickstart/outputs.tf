output "url" {
  description = "Where the greeter answers"
  value       = hotswap_deployment.hello.url
}

output "active_version" {
  description = "The version that serves"
  value       = hotswap_deployment.hello.active_version
}

output "status" {
  description = "Whether what serves is what is asked for: active, progressing, held or halted"
  value       = hotswap_deployment.hello.status
}
