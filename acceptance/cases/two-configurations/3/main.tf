import {
  to = hotswap_tenant.t
  id = "@acme"
}

import {
  to = hotswap_plugin.p
  id = "@greeter"
}

import {
  to = hotswap_deployment.d
  id = "@acme/hello"
}

variable "release" {
  type    = string
  default = "1.0.0"
}

variable "instances" {
  type    = number
  default = 1
}

variable "wait" {
  type    = bool
  default = true
}

resource "hotswap_tenant" "t" {
  name = "@acme"
  tier = "two"
}

resource "hotswap_plugin" "p" {
  name        = "@greeter"
  description = "two"
}

resource "hotswap_plugin_version" "v" {
  for_each      = toset(["1.0.0", "1.1.0"])
  plugin        = "@greeter"
  version       = each.key
  source        = "${path.module}/greeter-${each.key}.wat"
  release_notes = "two"
  depends_on    = [hotswap_plugin.p]
}

resource "hotswap_deployment" "d" {
  name      = "hello"
  tenant    = "@acme"
  plugin    = "@greeter"
  version   = var.release
  instances = var.instances
  wait      = var.wait

  strategy = {
    canary = {
      steps = [{ weight = 50, hold = var.release == "1.1.0" ? "10m" : "0s" }]
    }
  }

  health_check = {
    min_healthy_time  = "0s"
    progress_deadline = "30m"
  }

  depends_on = [hotswap_tenant.t, hotswap_plugin_version.v]
}
