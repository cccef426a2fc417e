output "digest" {
  value = provider::hotswap::component_sha256(filebase64("${path.module}/greeter.wasm"))
}
