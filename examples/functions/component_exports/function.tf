output "interfaces" {
  value = provider::hotswap::component_exports(filebase64("${path.module}/greeter.wasm"))
}
