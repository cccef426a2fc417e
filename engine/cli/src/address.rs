//! A deployment as people name it: `acme/hello`.

use std::fmt;
use std::str::FromStr;

use hotswap_model::{DeploymentName, NameError, TenantName};

/// Tenant and name of a deployment.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) tenant: TenantName,
    pub(crate) name: DeploymentName,
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (tenant, name) =
            text.split_once('/').ok_or_else(|| format!("{text:?} is no deployment; write tenant/name, such as acme/hello"))?;
        let wrong = |error: NameError| error.to_string();
        Ok(Self { tenant: tenant.parse().map_err(wrong)?, name: name.parse().map_err(wrong)? })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.name)
    }
}
