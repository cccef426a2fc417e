//! Which versions a deployment and all it needs get, in the place it is to run.
//!
//! What is accepted has to fit what runs for the tenant. What runs is never a reason to refuse a change of something else, only to
//! warn: else two deployments that depend on each other's versions could not be changed one after the other, nor all be deleted in
//! any order.

use std::collections::{BTreeMap, BTreeSet};

use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{Action, Constraint, DeploymentId, DeploymentSpec, DeploymentStatus, PluginName, Solved, TenantName, Version};
use hotswap_resolver::{Pin, Question, Running, Unsolved};
use hotswap_store::{Deployment, Page, Plugin, PluginVersion, StoredRevision, Tx};

use super::acting::Acting;
use super::plugins::{self, registry_problem};
use super::tenants;
use crate::error::{self, Result};

/// What was chosen, and what people should know of it.
pub(super) struct Resolved {
    pub(super) version: PluginVersion,
    pub(super) dependencies: Vec<Solved>,
    pub(super) warnings: Vec<String>,
    /// What is needed and not deployed for the tenant, a sentence each.
    pub(super) missing: Vec<String>,
    /// Whether all of it is what was chosen before: then it runs already, and what is missing is no reason to refuse it.
    stays: bool,
}

impl Resolved {
    /// What people should know before they ask for it.
    pub(super) fn preview_warnings(&self) -> Vec<String> {
        let then = if self.stays { "it goes on as it is" } else { "unless this apply deploys it first, this will be refused" };
        let missing = self.missing.iter().map(|missing| format!("{missing}; {then}"));
        self.warnings.iter().cloned().chain(missing).collect()
    }

    /// The refusal, if something that is needed is not there.
    pub(super) fn refuse(&self) -> Result<()> {
        if self.missing.is_empty() || self.stays {
            return Ok(());
        }
        let problem = Problem::new(ErrorCode::DependencyMissing, self.missing.join("; "));
        Err(problem.hint("deploy it for the tenant first; in a configuration, name its deployment in `depends_on`"))
    }
}

/// Where a deployment is to run.
pub(super) struct Place<'a> {
    pub(super) tenant: &'a TenantName,
    /// Its name there.
    pub(super) name: &'a str,
    pub(super) before: Option<(&'a Deployment, &'a StoredRevision)>,
}

/// Chooses the versions: those a reviewed plan named, else the present ones while they fit, else the best there are.
pub(super) async fn resolve(tx: &mut Tx, plugin: &Plugin, wanted: &api::DeploymentRequest, place: &Place<'_>) -> Result<Resolved> {
    let asks = Asks::of(wanted, place.before);
    // What is named is given, held or not.
    let held = asks.held.filter(|_| wanted.resolved_version.is_none());
    let registry = hotswap_registry::snapshot(tx, &plugin.spec.name, held).await.map_err(registry_problem)?;
    let others = Others::of(tx, place.tenant, place.before.map(|(deployment, _)| &deployment.id)).await?;
    let name = format!("{}/{}", place.tenant, place.name);
    let mut question = Question::new(name.clone(), plugin.spec.name.clone(), wanted.spec.version.clone());
    question.pins = pins(&wanted.spec.dependency_overrides, &name);
    question.running = others.running();
    question.present = asks.solution();
    if let Some(version) = &wanted.resolved_version {
        question.constraint = Constraint::from(planned(plugin, wanted, version)?);
        if !registry.releases(&plugin.spec.name).iter().any(|release| release.candidate.version == *version) {
            return Err(not_published(plugin, version));
        }
        // A reviewed plan named it: what became of it since does not matter.
        question.present.insert(plugin.spec.name.clone(), version.clone());
    }
    let stays = asks.stays(wanted);
    let (chosen, dependencies, warnings) = match stays {
        // What was solved once stays as a whole, whatever else runs by now.
        Some(stored) => {
            let alone = Question { pins: Vec::new(), running: Vec::new(), ..question };
            let candidates: Vec<_> = registry.releases(&alone.plugin).iter().map(|release| release.candidate.clone()).collect();
            let present = &stored.revision.resolved_version;
            let choice = hotswap_resolver::choose(&alone.plugin, &alone.constraint, &candidates, Some(present));
            let choice = choice.map_err(|error| unsolved(error.into()))?;
            let warnings = choice.warnings.iter().map(ToString::to_string).collect();
            (choice.version, stored.revision.dependencies.clone(), warnings)
        }
        None => {
            let solution = hotswap_resolver::solve(&question, &registry).map_err(unsolved)?;
            (solution.version, solution.dependencies, solution.warnings.iter().map(ToString::to_string).collect::<Vec<_>>())
        }
    };
    let warnings = if wanted.resolved_version.is_some() { Vec::new() } else { warnings };
    let present = asks.present().is_some_and(|stored| stored.revision.resolved_version == chosen);
    let found = tx.plugin_version(&plugin.id, &chosen).await.map_err(error::store)?;
    let found = found.filter(|found| found.retired_at.is_none() || present);
    let version = found.ok_or_else(|| not_published(plugin, &chosen))?;
    let mut warnings = warnings;
    if let Some(advice) = version.spec.advice() {
        warnings.push(format!("{} {} is {}: {advice}", plugin.spec.name, version.spec.version, version.spec.channel.as_str()));
    }
    let missing = others.missing(place.tenant, &dependencies);
    Ok(Resolved { version, dependencies, warnings, missing, stays: stays.is_some() })
}

/// What is asked for, compared with what was asked for before.
struct Asks<'a> {
    /// The revision of before, if it is one of the same plugin.
    before: Option<&'a StoredRevision>,
    /// Its version, if it was rolled back.
    held: Option<&'a Version>,
    spec: &'a DeploymentSpec,
}

impl<'a> Asks<'a> {
    fn of(wanted: &'a api::DeploymentRequest, before: Option<(&'a Deployment, &'a StoredRevision)>) -> Self {
        let before = before.filter(|(_, stored)| stored.revision.spec.plugin == wanted.spec.plugin);
        let held = before.filter(|(deployment, _)| deployment.held.is_some()).map(|(_, stored)| &stored.revision.resolved_version);
        Self { before: before.map(|(_, stored)| stored), held, spec: &wanted.spec }
    }

    /// The revision whose version stays if it can: its constraint is the one of now, and nobody asked for it to be resolved anew.
    fn present(&self) -> Option<&'a StoredRevision> {
        self.before.filter(|stored| {
            let before = &stored.revision.spec;
            self.held.is_none() && before.version == self.spec.version && before.resolve_serial == self.spec.resolve_serial
        })
    }

    /// The revision whose whole solution stays.
    fn stays(&self, wanted: &api::DeploymentRequest) -> Option<&'a StoredRevision> {
        self.present().filter(|stored| {
            let revision = &stored.revision;
            revision.spec.dependency_overrides == self.spec.dependency_overrides
                && self.spec.version.matches(&revision.resolved_version)
                && wanted.resolved_version.as_ref().is_none_or(|version| *version == revision.resolved_version)
        })
    }

    /// The versions that stay if they can. Those of dependencies do as well where only the plugin's own version is asked for anew.
    fn solution(&self) -> BTreeMap<PluginName, Version> {
        let asked_anew = |stored: &&StoredRevision| stored.revision.spec.resolve_serial != self.spec.resolve_serial;
        let Some(stored) = self.before.filter(|stored| !asked_anew(stored)) else { return BTreeMap::new() };
        let dependencies = stored.revision.dependencies.iter().map(|solved| (solved.plugin.clone(), solved.version.clone()));
        let own = self.present().map(|stored| (self.spec.plugin.clone(), stored.revision.resolved_version.clone()));
        dependencies.chain(own).collect()
    }
}

fn pins(overrides: &BTreeMap<PluginName, Constraint>, by: &str) -> Vec<Pin> {
    let pin = |(plugin, constraint): (&PluginName, &Constraint)| Pin {
        plugin: plugin.clone(),
        constraint: constraint.clone(),
        by: by.to_owned(),
        origin: None,
    };
    overrides.iter().map(pin).collect()
}

/// What else runs for a tenant, in the versions that were accepted; in that which serves where the accepted one was rolled back.
pub(super) struct Others(Vec<(Deployment, StoredRevision)>);

impl Others {
    pub(super) async fn of(tx: &mut Tx, tenant: &TenantName, except: Option<&DeploymentId>) -> Result<Self> {
        let deployments = tx.list_deployments(Some(tenant), &Page::all()).await.map_err(error::store)?;
        let others: Vec<_> = deployments.into_iter().filter(|deployment| Some(&deployment.id) != except).collect();
        let number = |deployment: &Deployment| match (deployment.status, deployment.active_revision) {
            (DeploymentStatus::Held, Some(active)) => active,
            _ => deployment.revision,
        };
        let wanted: Vec<_> = others.iter().map(|deployment| (deployment.id.clone(), number(deployment))).collect();
        let mut stored: BTreeMap<_, _> = tx
            .revisions(&wanted)
            .await
            .map_err(error::store)?
            .into_iter()
            .map(|stored| (stored.deployment_id.as_str().to_owned(), stored))
            .collect();
        let with_revision = |deployment: Deployment| stored.remove(deployment.id.as_str()).map(|stored| (deployment, stored));
        Ok(Self(others.into_iter().filter_map(with_revision).collect()))
    }

    fn running(&self) -> Vec<Running> {
        let running = |(deployment, stored): &(Deployment, StoredRevision)| Running {
            plugin: stored.revision.spec.plugin.clone(),
            version: stored.revision.resolved_version.clone(),
            name: deployment.address().to_string(),
        };
        self.0.iter().map(running).collect()
    }

    /// What a solution needs that does not run here, a sentence each. A plugin that is composed into the one that needs it would not
    /// have to run: that is to be asked here.
    fn missing(&self, tenant: &TenantName, solution: &[Solved]) -> Vec<String> {
        let runs = |solved: &Solved| {
            let fits = |version: &Version| solved.needed_by.iter().all(|need| need.constraint.matches(version));
            self.0.iter().any(|(_, stored)| stored.revision.spec.plugin == solved.plugin && fits(&stored.revision.resolved_version))
        };
        let sentence = |solved: &Solved| {
            let needs: Vec<String> = solved
                .needed_by
                .iter()
                .map(|need| format!("{} {} needs {} {}", need.plugin, need.version, solved.plugin, need.constraint))
                .collect();
            format!(
                "{}, and tenant {:?} has no deployment of it that fits, such as {}",
                needs.join(" and "),
                tenant.as_str(),
                solved.version
            )
        };
        solution.iter().filter(|solved| !runs(solved)).map(sentence).collect()
    }

    /// The deployments that need a plugin which here runs in the version `now`, and that nothing else that runs would serve as well if
    /// it ran in the version `then`, or not at all.
    pub(super) fn dependents(&self, plugin: &PluginName, then: Option<&Version>) -> Vec<String> {
        let mut told = BTreeSet::new();
        for (deployment, stored) in &self.0 {
            let needs = stored.revision.dependencies.iter().filter(|solved| solved.plugin == *plugin).flat_map(|solved| &solved.needed_by);
            for need in needs {
                let fits = |version: &Version| need.constraint.matches(version);
                let served =
                    self.0.iter().any(|(_, other)| other.revision.spec.plugin == *plugin && fits(&other.revision.resolved_version));
                if !served && !then.is_some_and(fits) {
                    told.insert(format!("{} ({} {}) needs {plugin} {}", deployment.address(), need.plugin, need.version, need.constraint));
                }
            }
        }
        told.into_iter().collect()
    }
}

fn planned<'a>(plugin: &Plugin, wanted: &api::DeploymentRequest, version: &'a Version) -> Result<&'a Version> {
    if wanted.spec.version.matches(version) {
        return Ok(version);
    }
    let detail = format!("version {version} of {:?} does not satisfy {:?}", plugin.spec.name.as_str(), wanted.spec.version.as_str());
    Err(Problem::new(ErrorCode::Invalid, detail).hint("leave out `resolved_version`, or change `version`"))
}

fn not_published(plugin: &Plugin, version: &Version) -> Problem {
    let detail = format!("version {version} of {:?} is not published any more", plugin.spec.name.as_str());
    Problem::new(ErrorCode::NoMatchingVersion, detail).hint("plan again: another version has to be chosen")
}

fn unsolved(error: Unsolved) -> Problem {
    let code = match &error {
        Unsolved::NoVersion(_) => ErrorCode::NoMatchingVersion,
        Unsolved::Conflict(_) | Unsolved::TooHard { .. } => ErrorCode::DependencyConflict,
    };
    let problem = Problem::new(code, error.to_string());
    match error.hint() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

impl Acting {
    /// Which versions a plugin and all it needs would get. Changes nothing.
    pub(crate) async fn resolution(&self, request: api::ResolutionRequest) -> Result<api::Resolution> {
        self.may(Action::ReadPlugins)?;
        let mut tx = self.read().await?;
        let plugin = plugins::find(&mut tx, request.plugin.as_str()).await?;
        let asker = request.tenant.as_ref().map_or_else(|| "the question".to_owned(), ToString::to_string);
        let mut question = Question::new(asker, plugin.spec.name.clone(), request.version);
        question.pins = pins(&request.dependency_overrides, "dependency_overrides");
        let others = match &request.tenant {
            Some(tenant) => {
                let tenant = tenants::find(&mut tx, &self.principal, tenant.as_str()).await?;
                Others::of(&mut tx, &tenant.spec.name, None).await?
            }
            None => Others(Vec::new()),
        };
        question.running = others.running();
        let registry = hotswap_registry::snapshot(&mut tx, &plugin.spec.name, None).await.map_err(registry_problem)?;
        let solution = hotswap_resolver::solve(&question, &registry).map_err(unsolved)?;
        let found = tx.plugin_version(&plugin.id, &solution.version).await.map_err(error::store)?;
        let found = found.ok_or_else(|| not_published(&plugin, &solution.version))?;
        let mut warnings: Vec<String> = solution.warnings.iter().map(ToString::to_string).collect();
        warnings.extend(request.tenant.iter().flat_map(|tenant| others.missing(tenant, &solution.dependencies)));
        Ok(api::Resolution { version: solution.version, sha256: found.spec.sha256, dependencies: solution.dependencies, warnings })
    }
}
