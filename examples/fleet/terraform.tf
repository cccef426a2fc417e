terraform {
  required_version = ">= 1.11"

  required_providers {
    hotswap = {
      source = "hotswap/hotswap"
    }
  }
}

# Endpoint and token come from HOTSWAP_ENDPOINT and HOTSWAP_TOKEN; neither belongs in a file.
provider "hotswap" {}
