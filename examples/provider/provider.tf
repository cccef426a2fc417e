terraform {
  required_version = ">= 1.11"

  required_providers {
    hotswap = {
      source = "hotswap/hotswap"
    }
  }
}

# The token comes from HOTSWAP_TOKEN; it does not belong in a file.
provider "hotswap" {
  endpoint = "https://hotswap.example.org"
}
