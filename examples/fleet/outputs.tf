output "urls" {
  description = "Where each tenant's greeter answers"
  value       = { for name, deployment in hotswap_deployment.greeter : name => deployment.url }
}
