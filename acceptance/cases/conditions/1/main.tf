variable "size" {
  type = number

  validation {
    condition     = var.size > 0
    error_message = "at least one is needed, not ${var.size}."
  }
}

resource "hotswap_tenant" "t" {
  name   = "@t"
  quotas = { max_instances = var.size }

  lifecycle {
    precondition {
      condition     = var.size <= 10
      error_message = "no more than ten"
    }
    postcondition {
      condition     = self.quotas.max_instances == var.size
      error_message = "the quota did not stick"
    }
  }
}

check "size" {
  assert {
    condition     = hotswap_tenant.t.quotas.max_instances != 9
    error_message = "nine is a lot"
  }
}

output "size" {
  value = hotswap_tenant.t.quotas.max_instances

  precondition {
    condition     = var.size != 8
    error_message = "not eight"
  }
}
