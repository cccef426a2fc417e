terraform {
  required_version = ">= 1.11"

  required_providers {
    hotswap = {
      source = "hotswap/hotswap"
    }
  }
}

# Null: HOTSWAP_ENDPOINT, else this machine. The token comes from HOTSWAP_TOKEN; it does not belong in a file.
provider "hotswap" {
  endpoint = var.endpoint
}
