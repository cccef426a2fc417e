output "is_compatible" {
  value = provider::hotswap::semver_matches("~> 1.1", "1.4.2") # true
}
