output "newest_that_fits" {
  value = provider::hotswap::semver_latest(["1.0.0", "1.4.2", "2.0.0"], "^1.0") # "1.4.2"
}
