variable "release" {
  type    = string
  default = "1.0.0"
}

variable "word" {
  type    = string
  default = "one"
}

resource "hotswap_tenant" "t" {
  name = "@acme"
}

resource "hotswap_plugin" "p" {
  name = "@greeter"
}

resource "hotswap_plugin_version" "v" {
  for_each = toset(["1.0.0", "1.1.0"])
  plugin   = hotswap_plugin.p.name
  version  = each.key
  source   = "${path.module}/greeter-${each.key}.wat"
}

resource "hotswap_deployment" "d" {
  name    = "hello"
  tenant  = hotswap_tenant.t.name
  plugin  = hotswap_plugin.p.name
  version = hotswap_plugin_version.v[var.release].version

  health_check = {
    min_healthy_time  = "10m"
    progress_deadline = "30m"
  }
}

# What comes after the deployment, which is what is waited for.
resource "hotswap_tenant" "after" {
  name       = "@after"
  tier       = var.word
  depends_on = [hotswap_deployment.d]
}

resource "hotswap_plugin" "after" {
  name        = "@after"
  description = var.word
  depends_on  = [hotswap_deployment.d]
}

resource "hotswap_plugin_version" "after" {
  plugin        = hotswap_plugin.p.name
  version       = "1.2.0"
  source        = "${path.module}/greeter-1.2.0.wat"
  release_notes = var.word
  depends_on    = [hotswap_deployment.d]
}
