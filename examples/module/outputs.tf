output "services" {
  description = "What serves, and where"
  value = {
    for service in [module.greeter, module.hello] : service.url => service.version
  }
}
