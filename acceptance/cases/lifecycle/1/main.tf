variable "tier" {
  type = string
}

resource "hotswap_tenant" "ignoring" {
  name         = "@ignoring"
  display_name = var.tier
  tier         = var.tier
  labels       = { a = var.tier, b = var.tier }

  lifecycle {
    ignore_changes = [tier, labels["a"]]
  }
}

resource "hotswap_tenant" "kept" {
  name = "@kept"

  lifecycle {
    prevent_destroy = true
  }
}

resource "hotswap_tenant" "trigger" {
  name = "@trigger"
  tier = var.tier
}

resource "hotswap_plugin" "triggered" {
  name = "@triggered"

  lifecycle {
    replace_triggered_by = [hotswap_tenant.trigger.tier]
  }
}
