//! What the server knows of the tenants and components a plan touches: few calls, however large the plan is.

use std::collections::{BTreeMap, BTreeSet};

use hotswap_api::{Component, Deployment, ErrorCode};
use hotswap_client::{Client, ClientError};
use hotswap_model::{Digest, Quotas};

use super::planned::Planned;

/// Up to so many tenants are asked for one by one; above, everything is listed once.
const ONE_BY_ONE: usize = 8;
/// Most components that are looked into: their interfaces and sizes.
const MOST_COMPONENTS: usize = 64;

/// What is there.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The quotas of tenants, by name.
    pub(super) quotas: BTreeMap<String, Quotas>,
    /// The deployments of tenants, by the tenant's name.
    pub(super) deployments: BTreeMap<String, Vec<Deployment>>,
    /// Components that run or will, as far as they are on the server.
    pub(super) components: BTreeMap<Digest, Component>,
}

impl Facts {
    /// Reads what a review needs. What is not there is no error: the plan may be about to make it.
    pub(super) async fn read(planned: &Planned<'_>, client: &Client) -> Result<Self, ClientError> {
        let mut facts = Self::default();
        let tenants = planned.tenants();
        if tenants.len() > ONE_BY_ONE {
            for tenant in client.list_tenants().await? {
                facts.quotas.insert(tenant.spec.name.to_string(), tenant.spec.quotas);
            }
            for deployment in client.list_deployments(None).await? {
                facts.deployments.entry(deployment.tenant.to_string()).or_default().push(deployment);
            }
        } else {
            for name in tenants {
                if let Some(tenant) = client.get_tenant_coalesced(name).await? {
                    facts.quotas.insert(name.to_owned(), tenant.spec.quotas);
                    facts.deployments.insert(name.to_owned(), client.list_deployments(Some(name)).await?);
                }
            }
        }
        for digest in facts.wanted(planned) {
            match client.get_component(&digest).await {
                Ok(component) => _ = facts.components.insert(digest, component),
                Err(error) if error.code() == Some(ErrorCode::ComponentNotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(facts)
    }

    /// The components to look into: first those whose interfaces are compared, then those whose size counts.
    fn wanted(&self, planned: &Planned<'_>) -> BTreeSet<Digest> {
        let mut wanted = BTreeSet::new();
        let sides = |deployment: &super::planned::Deployment<'_>| {
            let change = deployment.change;
            let before = change.before.and_then(|before| before.get("sha256").as_str()?.parse().ok());
            let after = change.after.and_then(|after| planned.digest_of(after));
            [before, after].into_iter().flatten().collect::<Vec<Digest>>()
        };
        let replaced = planned.deployments.iter().map(sides).filter(|sides| sides.len() == 2 && sides[0] != sides[1]);
        wanted.extend(replaced.flatten().take(MOST_COMPONENTS));
        let limited =
            planned.tenants().into_iter().filter(|name| self.quotas.get(*name).is_some_and(|quotas| quotas.max_storage_mb.is_some()));
        let running = limited.filter_map(|name| self.deployments.get(name)).flatten().map(|deployment| deployment.sha256);
        let coming = planned.deployments.iter().filter_map(|deployment| planned.digest_of(deployment.change.after?));
        for digest in running.chain(coming) {
            if wanted.len() < MOST_COMPONENTS {
                wanted.insert(digest);
            }
        }
        wanted
    }
}
