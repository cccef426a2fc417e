terraform {
  required_version = ">= 1.0, < 2.0"
  required_providers {
    hotswap = { source = "hotswap/hotswap", version = "~> 0.1" }
  }
  backend "local" {
    path = "x.tfstate"
  }
}

provider "hotswap" {
  alias    = "eu"
  endpoint = var.a
}

variable "a" {
  description = "A"
  type        = object({ a = string, b = optional(list(number), [1]) })
  default     = { a = "x" }
  sensitive   = true
  nullable    = false
  validation {
    condition     = var.a.a != ""
    error_message = "Empty: ${var.a.a}"
  }
}

locals {
  b = [for k, v in var.a : "${k}=${v}" if v != null]
  c = { for x in local.b : upper(x) => x... }
  d = var.a.b[*]
  e = <<-EOT
    %{for x in local.b~}
    ${x}
    %{endfor~}
  EOT
}

resource "hotswap_tenant" "t" {
  for_each   = toset(local.b)
  provider   = hotswap.eu
  name       = each.key
  depends_on = [hotswap_plugin.p]

  dynamic "rule" {
    for_each = local.d
    iterator = it
    content {
      value = it.value + 1
    }
  }

  lifecycle {
    create_before_destroy = true
    prevent_destroy       = false
    ignore_changes        = [labels["a"], name]
    replace_triggered_by  = [hotswap_plugin.p.id]
    precondition {
      condition     = length(each.key) > 0
      error_message = "Empty."
    }
    postcondition {
      condition     = self.id != ""
      error_message = "No id."
    }
  }
}

resource "hotswap_plugin" "p" {
  count = 2
  name  = "p${count.index}"
}

data "hotswap_plugins" "all" {
  query = provider::hotswap::semver_latest(["1.0.0"], "~> 1.0")
}

output "o" {
  value      = { for k, t in hotswap_tenant.t : k => t.id }
  sensitive  = true
  depends_on = [data.hotswap_plugins.all]
  precondition {
    condition     = true
    error_message = "Never."
  }
}
