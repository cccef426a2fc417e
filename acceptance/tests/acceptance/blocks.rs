//! Blocks that many tests share. `@` stands for what is a case's own.

/// A tenant without limits.
pub(crate) const TENANT: &str = "resource \"hotswap_tenant\" \"t\" {\n  name = \"@acme\"\n}\n";

/// A plugin.
pub(crate) const PLUGIN: &str = "resource \"hotswap_plugin\" \"p\" {\n  name = \"@greeter\"\n}\n";

/// Versions of the plugin as `hotswap_plugin_version.v[NUMBER]`, each with the component of its number.
pub(crate) fn versions(numbers: &[&str]) -> String {
    format!(
        r#"
resource "hotswap_plugin_version" "v" {{
  for_each = toset({numbers:?})
  plugin   = hotswap_plugin.p.name
  version  = each.key
  source   = "${{path.module}}/greeter-${{each.key}}.wat"
}}
"#
    )
}

/// Where the versions of [`versions`] are published, as a value to refer to: a deployment comes after all of them.
pub(crate) fn number(number: &str) -> String {
    format!("hotswap_plugin_version.v[{number:?}].version")
}

/// A quick health check with a probe.
pub(crate) const QUICK: &str = r#"
  health_check = {
    http             = { path = "/healthz", interval = "200ms", timeout = "5s" }
    min_healthy_time = "0s"
  }
"#;

/// A deployment of one instance; `attributes` say the rest.
pub(crate) fn deployment(attributes: &str) -> String {
    format!(
        r#"
resource "hotswap_deployment" "d" {{
  name   = "hello"
  tenant = hotswap_tenant.t.name
  plugin = hotswap_plugin.p.name
  {attributes}
}}
"#
    )
}

/// Tenant, plugin, versions, and a deployment.
pub(crate) fn everything(numbers: &[&str], attributes: &str) -> String {
    format!("{TENANT}{PLUGIN}{}{}", versions(numbers), deployment(attributes))
}

/// Where the deployment is in the API.
pub(crate) const DEPLOYMENT_PATH: &str = "/v1/tenants/@acme/deployments/hello";
