variable "teams" {
  type    = map(number)
  default = { red = 2, blue = 1 }
}

module "team" {
  source   = "./team"
  for_each = var.teams

  name    = each.key
  plugins = each.value
}

module "summary" {
  source = "./summary"
  names  = [for team in module.team : team.plugin_names]
}

output "tenants" {
  value = { for key, team in module.team : key => team.tenant.name }
}
