variable "regions" {
  type = map(object({
    tier   = optional(string, "silver")
    size   = number
    labels = optional(map(string), {})
  }))
}

variable "suffix" {
  type    = string
  default = "x"
}

locals {
  sorted = sort(keys(var.regions))
  sizes  = { for name, region in var.regions : name => region.size if region.size > 1 }
  total  = sum([for region in values(var.regions) : region.size])
  groups = { for name, region in var.regions : region.tier => name... }
  text   = <<-EOT
    Regions:
    %{~for name in local.sorted}
    - ${upper(name)}: ${var.regions[name].size}
    %{~endfor}
    %{if local.total > 3}many%{else}few%{endif}
  EOT
}

resource "hotswap_tenant" "t" {
  for_each     = var.regions
  name         = "@${each.key}"
  display_name = format("%s (%d of %s)", title(replace(each.key, "-", " ")), each.value.size, local.total)
  tier         = each.value.tier
  labels       = merge(each.value.labels, { suffix = coalesce(null, var.suffix), size = tostring(each.value.size) })
  quotas = {
    max_instances = max(each.value.size, 2) * 10
    max_memory_mb = floor(100 / 3)
  }
}

resource "hotswap_plugin" "p" {
  name        = lower("@P-${substr(sha256("x"), 0, 4)}")
  description = local.text
  tags        = distinct(concat([for tenant in hotswap_tenant.t : tenant.tier], ["z"], local.sorted))
}

output "all" {
  value = {
    sizes    = local.sizes
    groups   = local.groups
    text     = local.text
    first    = one(slice(local.sorted, 0, 1))
    splat    = values(hotswap_tenant.t)[*].tier
    json     = jsonencode({ b = [1, 2.5, true, null], a = "<&>" })
    decoded  = jsondecode("{\"a\": [1, {\"b\": null}]}")
    maybe    = try(var.regions["nowhere"].size, "none")
    can      = can(tonumber("x"))
    chunks   = chunklist(["a", "b", "c"], 2)
    zip      = zipmap(["a", "b"], [1, 2])
    set      = setunion(["a"], ["b", "a"])
    cidr     = cidrsubnet("10.0.0.0/8", 8, 2)
    time     = formatdate("YYYY-MM-DD", "2024-02-29T12:00:00Z")
    nested   = flatten([["a"], ["b", ["c"]]])
    negative = -(-3 % 2)
    compare  = "10" == 10 ? "same" : "other"
    element  = element(["a", "b", "c"], 4)
    regex    = regex("(\\d+)-(\\w+)", "12-ab")
    path     = basename(path.module)
  }
}
