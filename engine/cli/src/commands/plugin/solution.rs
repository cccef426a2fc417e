//! A solution as commands ask for it and show it: that of a deployment, or what would be chosen now.

use clap::Args;
use hotswap_api::{Deployment, ResolutionRequest};
use hotswap_client::Client;
use hotswap_lang::Diagnostic;
use hotswap_model::{Constraint, DeploymentName, PluginName, Solved, TenantName, Version};
use serde::Serialize;

use crate::connection::refused;
use crate::failure::Failure;

/// Tenant and name of a deployment.
#[derive(Debug, Clone)]
pub(super) struct Address {
    pub(super) tenant: TenantName,
    pub(super) name: DeploymentName,
}

/// Reads `tenant/name`.
pub(super) fn address(text: &str) -> Result<Address, String> {
    let (tenant, name) = text.split_once('/').ok_or_else(|| format!("{text:?} is no deployment; write tenant/name, such as acme/hello"))?;
    Ok(Address {
        tenant: tenant.parse().map_err(|e: hotswap_model::NameError| e.to_string())?,
        name: name.parse().map_err(|e: hotswap_model::NameError| e.to_string())?,
    })
}

/// Which solution is meant.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// The plugin; left out with --deployment
    #[arg(required_unless_present = "deployment", conflicts_with = "deployment")]
    plugin: Option<PluginName>,
    /// Which versions of it will do [default: any release]
    #[arg(long, value_name = "CONSTRAINT", conflicts_with = "deployment")]
    version: Option<Constraint>,
    /// For which tenant: what it runs is had in the versions it runs
    #[arg(long, conflicts_with = "deployment")]
    tenant: Option<TenantName>,
    /// The solution this deployment has
    #[arg(long, value_name = "TENANT/NAME", value_parser = address)]
    deployment: Option<Address>,
}

/// A plugin in a version and all it needs.
#[derive(Debug, Serialize)]
pub(super) struct Solution {
    pub(super) plugin: PluginName,
    pub(super) version: Version,
    pub(super) dependencies: Vec<Solved>,
}

impl From<Deployment> for Solution {
    fn from(deployment: Deployment) -> Self {
        Self { plugin: deployment.spec.plugin, version: deployment.resolved_version, dependencies: deployment.dependencies }
    }
}

impl Which {
    /// Asks the platform for it.
    pub(super) async fn ask(self, client: &Client) -> Result<Solution, Failure> {
        match (self.deployment, self.plugin) {
            (Some(deployment), _) => Ok(find(client, &deployment).await?.into()),
            (None, Some(plugin)) => {
                let version = self.version.unwrap_or_else(any);
                let request =
                    ResolutionRequest { plugin: plugin.clone(), version, tenant: self.tenant, dependency_overrides: Default::default() };
                let found = client.resolve(&request).await.map_err(|error| refused(&error))?;
                Ok(Solution { plugin, version: found.version, dependencies: found.dependencies })
            }
            (None, None) => Err(Diagnostic::error("No plugin", "Name a plugin, or a deployment with --deployment.").into()),
        }
    }
}

/// Every release.
pub(super) fn any() -> Constraint {
    "*".parse().unwrap_or_else(|_| Constraint::from(&Version::new(0, 0, 0)))
}

/// The deployment of this address.
pub(super) async fn find(client: &Client, address: &Address) -> Result<Deployment, Failure> {
    client.get_deployment(address.tenant.as_str(), address.name.as_str()).await.map_err(|error| refused(&error))
}

/// One plugin that needs another.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Edge {
    pub(super) plugin: PluginName,
    pub(super) version: Version,
    pub(super) needs: PluginName,
    pub(super) constraint: Constraint,
    pub(super) chosen: Version,
}

impl Solution {
    /// Who needs whom, by name.
    pub(super) fn edges(&self) -> Vec<Edge> {
        let of = |solved: &Solved| {
            let edge = |need: &hotswap_model::Need| Edge {
                plugin: need.plugin.clone(),
                version: need.version.clone(),
                needs: solved.plugin.clone(),
                constraint: need.constraint.clone(),
                chosen: solved.version.clone(),
            };
            solved.needed_by.iter().map(edge).collect::<Vec<_>>()
        };
        let mut edges: Vec<Edge> = self.dependencies.iter().flat_map(of).collect();
        edges.sort_by(|a, b| (&a.plugin, &a.needs).cmp(&(&b.plugin, &b.needs)));
        edges
    }

    /// The shortest way from what was asked for to a plugin, if it is part of the solution.
    pub(super) fn way_to(&self, plugin: &PluginName) -> Option<Vec<Edge>> {
        let edges = self.edges();
        let mut ways: Vec<Vec<Edge>> = vec![Vec::new()];
        let mut seen = std::collections::BTreeSet::from([self.plugin.clone()]);
        let mut next = 0;
        while let Some(way) = ways.get(next).cloned() {
            let at = way.last().map_or(&self.plugin, |edge| &edge.needs).clone();
            if at == *plugin {
                return Some(way);
            }
            for edge in edges.iter().filter(|edge| edge.plugin == at) {
                if seen.insert(edge.needs.clone()) {
                    ways.push(way.iter().cloned().chain([edge.clone()]).collect());
                }
            }
            next += 1;
        }
        None
    }
}
