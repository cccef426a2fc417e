output "url" {
  description = "Where the greeter of this environment answers"
  value       = hotswap_deployment.greeter.url
}
