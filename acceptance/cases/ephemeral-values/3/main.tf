variable "key" {
  type      = string
  ephemeral = true
}

variable "spare" {
  type      = string
  ephemeral = true
  default   = "spare"
}

variable "label" {
  type    = string
  default = "x"
}

locals {
  # The one that the environment has.
  token = startswith(var.key, "hush") ? null : var.key
}

provider "hotswap" {
  alias = "keyed"
  token = local.token
}

module "inner" {
  source    = "./inner"
  key       = local.token == null ? var.key : "none"
  label     = var.label
  providers = { hotswap = hotswap.keyed }
}

output "kept" {
  value = ephemeralasnull(module.inner.key) == null ? "nothing" : "something"
}

output "parts" {
  value = {
    open   = var.label
    closed = jsonencode(ephemeralasnull("${var.key}!"))
  }
}
