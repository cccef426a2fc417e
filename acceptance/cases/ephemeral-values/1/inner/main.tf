variable "key" {
  type      = string
  ephemeral = true
}

variable "label" {
  type = string
}

resource "hotswap_tenant" "t" {
  name   = "@t"
  labels = { label = var.label }

  lifecycle {
    precondition {
      condition     = startswith(var.key, "hush")
      error_message = "That is not the key."
    }
    postcondition {
      condition     = self.name != var.key
      error_message = "The name is the key."
    }
  }
}

output "key" {
  value     = "Bearer ${var.key}"
  ephemeral = true
}
