//! The changes of a plan by what they are of.

use std::collections::{BTreeMap, BTreeSet};

use hotswap_model::{Constraint, Digest};
use hotswap_sdk::ReviewedChange;
use hotswap_value::Value;

use crate::deployment::SPEC;
use crate::object::Object;

/// The changes the review looks at.
#[derive(Debug, Default)]
pub(super) struct Planned<'a> {
    /// Deployments that come, change or go.
    pub(super) deployments: Vec<Deployment<'a>>,
    /// Tenants that come, change or go, by name.
    pub(super) changed_tenants: BTreeMap<&'a str, Change<'a>>,
    /// Plugin versions as they will be.
    pub(super) versions: Vec<&'a Value>,
}

/// An object before and after.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) before: Option<&'a Value>,
    pub(super) after: Option<&'a Value>,
}

/// A deployment that changes.
#[derive(Debug)]
pub(super) struct Deployment<'a> {
    pub(super) address: &'a str,
    pub(super) change: Change<'a>,
}

impl<'a> Planned<'a> {
    pub(super) fn of(changes: &'a [ReviewedChange]) -> Self {
        let mut planned = Self::default();
        for reviewed in changes {
            let change = Change { before: reviewed.before.as_ref(), after: reviewed.after.as_ref() };
            match reviewed.ty.as_str() {
                "hotswap_deployment" => planned.deployments.push(Deployment { address: &reviewed.address, change }),
                "hotswap_plugin_version" => planned.versions.extend(change.after),
                "hotswap_tenant" => {
                    for tenant in [change.before, change.after].into_iter().flatten() {
                        if let Some(name) = tenant.get("name").as_str() {
                            // A tenant of another name is another tenant: the old one goes, the new one comes.
                            let named = |value: Option<&'a Value>| value.filter(|value| value.get("name").as_str() == Some(name));
                            let change = Change { before: named(change.before), after: named(change.after) };
                            planned.changed_tenants.insert(name, change);
                        }
                    }
                }
                _ => {}
            }
        }
        planned
    }

    /// Whether there is nothing to look at.
    pub(super) fn is_empty(&self) -> bool {
        self.deployments.is_empty() && self.tenants().is_empty()
    }

    /// The tenants to judge: those something is deployed for, and those whose quotas change. Not those that go.
    pub(super) fn tenants(&self) -> BTreeSet<&'a str> {
        let deploying = self.deployments.iter().filter(|deployment| deployment.change.starts_rollout());
        let deploying = deploying.filter_map(|deployment| deployment.change.after?.get("tenant").as_str());
        let quotas = |value: Option<&'a Value>| value.map(|value| value.get("quotas"));
        let requoted =
            self.changed_tenants.iter().filter(|(_, change)| change.before.is_some() && quotas(change.before) != quotas(change.after));
        let all: BTreeSet<&str> = deploying.chain(requoted.map(|(name, _)| *name)).collect();
        let goes = |name: &str| self.changed_tenants.get(name).is_some_and(|change| change.after.is_none());
        all.into_iter().filter(|name| !goes(name)).collect()
    }

    /// Deployments whose tenant is not known yet.
    pub(super) fn without_tenant(&self) -> impl Iterator<Item = &Deployment<'a>> {
        self.deployments.iter().filter(|deployment| deployment.change.after.is_some_and(|after| after.get("tenant").is_unknown()))
    }

    /// The version this plan publishes that a deployment names in full.
    pub(super) fn published_for(&self, deployment: &Value) -> Option<&'a Value> {
        let constraint: Constraint = Object::root(deployment).parse("version").ok()??;
        let exact = constraint.exact()?.to_string();
        let plugin = deployment.get("plugin").as_str()?;
        let wanted = |version: &&&Value| version.get("plugin").as_str() == Some(plugin) && version.get("version").as_str() == Some(&exact);
        self.versions.iter().find(wanted).copied()
    }

    /// The bytes a deployment will run, if they are known.
    pub(super) fn digest_of(&self, deployment: &Value) -> Option<Digest> {
        let known = deployment.get("sha256").as_str();
        let published = || self.published_for(deployment)?.get("sha256").as_str();
        known.or_else(published)?.parse().ok()
    }
}

impl Change<'_> {
    /// Whether a deployment's change is one of what is wanted: only that makes a revision.
    pub(super) fn starts_rollout(&self) -> bool {
        match (self.before, self.after) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(before), Some(after)) => SPEC.iter().chain(&["tenant", "name"]).any(|name| before.get(name) != after.get(name)),
        }
    }
}
