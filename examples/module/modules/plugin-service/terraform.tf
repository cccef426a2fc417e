terraform {
  required_version = ">= 1.11"

  required_providers {
    hotswap = {
      source = "hotswap/hotswap"
    }
  }
}
