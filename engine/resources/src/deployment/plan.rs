//! What a deployment's change will come to. One question to the platform, and none where nothing it knows of changes.

use hotswap_api::{DeploymentRequest, Preview};
use hotswap_client::Client;
use hotswap_model::{Constraint, DependencyKind, Held, Version};
use hotswap_sdk::{Diagnostic, Diagnostics, PlanRequest, PlanResponse};
use hotswap_value::Value;

use super::state::{MEANINGS, rollout_plan};
use super::{address, spec};
use crate::dependency;
use crate::diagnose::{client_error, fault, sentence};
use crate::meaning::keep;
use crate::object::Object;

/// Attributes that are part of the spec: a change of one makes a revision.
pub(crate) const SPEC: [&str; 13] = [
    "plugin",
    "version",
    "resolve_serial",
    "dependency_overrides",
    "instances",
    "config",
    "secrets_version",
    "preview_key",
    "strategy",
    "health_check",
    "sandbox",
    "auto_rollback",
    "retry",
];
/// Attributes that follow from how the rollout goes.
const OUTCOME: [&str; 4] = ["revision", "active_revision", "active_version", "status"];

/// Attributes that say which versions are chosen.
const ASKED: [&str; 4] = ["plugin", "version", "resolve_serial", "dependency_overrides"];

/// What a plan is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// A deployment comes into being.
    Create,
    /// Another tenant or name: the deployment is replaced, and what takes its place is planned as a create.
    Replace,
    /// The spec changes, or may.
    Spec,
    /// The spec stays.
    None,
}

pub(super) async fn plan(mut request: PlanRequest, client: Option<&Client>) -> PlanResponse {
    if let Some(prior) = &request.prior {
        request.proposed = keep(MEANINGS, prior, request.proposed);
    }
    let change = change(&request);
    let asks = match change {
        Change::Create | Change::Spec => true,
        Change::None => is_held(&request),
        Change::Replace => false,
    };
    let preview = match client {
        Some(client) if asks => preview(client, &request).await,
        _ => Ok(None),
    };
    match preview {
        Ok(preview) => decide(request, change, preview.as_ref()),
        Err(diagnostics) => PlanResponse { diagnostics, ..request.into() },
    }
}

fn change(request: &PlanRequest) -> Change {
    if request.is_create() {
        Change::Create
    } else if request.changes("tenant") || request.changes("name") {
        Change::Replace
    } else if SPEC.iter().any(|name| request.changes(name)) {
        Change::Spec
    } else {
        Change::None
    }
}

fn is_held(request: &PlanRequest) -> bool {
    request.prior_attribute("status").as_str() == Some("held")
}

/// Asks the platform, if everything it needs to know is known.
async fn preview(client: &Client, request: &PlanRequest) -> Result<Option<Preview>, Diagnostics> {
    let proposed = &request.proposed;
    if !SPEC.iter().chain(&["tenant", "name"]).all(|name| proposed.get(name).is_wholly_known()) {
        return Ok(None);
    }
    let (tenant, name) = address(proposed)?;
    // A version that stays is not named: the platform keeps it as well, and warns if it is archived or retired by now.
    let asked = DeploymentRequest { spec: spec::read(proposed)?, resolved_version: None, secrets: None };
    let preview = client.preview_deployment(tenant.as_str(), name.as_str(), &asked).await;
    let mut preview = preview.map_err(|error| client_error(&error))?;
    // A version that is named in full has its digest for good. Were it forgotten when the version is retired between the two
    // plans of an apply, what the first one knew would be unknown to the second, which Terraform takes for a fault of ours.
    if preview.resolved_version.is_none()
        && let Some(exact) = asked.spec.version.exact()
        && let Ok(found) = client.get_version(asked.spec.plugin.as_str(), exact).await
    {
        let needs = found.spec.dependencies.iter().any(|dependency| dependency.kind == DependencyKind::Required);
        preview.dependencies = (!needs).then(Vec::new);
        preview.resolved_version = Some(found.spec.version);
        preview.sha256 = Some(found.spec.sha256);
    }
    Ok(Some(preview))
}

/// The plan, given what the platform said. A function of its arguments.
fn decide(request: PlanRequest, change: Change, preview: Option<&Preview>) -> PlanResponse {
    let mut planned = request.proposed.clone();
    let mut diagnostics = Diagnostics::new();
    match change {
        Change::Replace => {}
        Change::None => diagnostics.extend(is_held(&request).then(|| held(&request, preview.and_then(|preview| preview.held.as_ref())))),
        Change::Create | Change::Spec => {
            OUTCOME.iter().for_each(|name| planned.set_attribute(*name, Value::Unknown));
            let (version, sha256) = staying(&request).or_else(|| pinned(&request, preview)).unwrap_or((Value::Unknown, Value::Unknown));
            if version.is_unknown() {
                diagnostics.extend(choice(&request, preview));
            }
            let dependencies = staying_solution(&request).or_else(|| needs_nothing(&request, preview)).unwrap_or(Value::Unknown);
            if dependencies.is_unknown() {
                diagnostics.extend(steps(preview));
            }
            planned.set_attribute("dependencies", dependencies);
            planned.set_attribute("resolved_version", version);
            planned.set_attribute("sha256", sha256);
            planned.set_attribute("rollout_plan", preview.map_or(Value::Unknown, |preview| rollout_plan(&preview.rollout_plan)));
            diagnostics.extend(preview.into_iter().flat_map(|preview| &preview.faults).map(fault));
            let warnings = preview.into_iter().flat_map(|preview| &preview.warnings);
            diagnostics.extend(warnings.map(|warning| Diagnostic::warning("Check before applying", sentence(warning))));
        }
    }
    PlanResponse { planned, private: request.private, diagnostics, ..PlanResponse::default() }
}

/// The version and digest that stay: those of before, while the same is asked for, they satisfy it and they are not held.
fn staying(request: &PlanRequest) -> Option<(Value, Value)> {
    let prior = request.prior.as_ref()?;
    if is_held(request) || ASKED.iter().any(|name| request.changes(name)) {
        return None;
    }
    let constraint: Constraint = Object::root(&request.proposed).parse("version").ok()??;
    let version: Version = Object::root(prior).parse("resolved_version").ok()??;
    constraint.matches(&version).then(|| (prior.get("resolved_version").clone(), prior.get("sha256").clone()))
}

/// The solution that stays: it does as a whole, with the version.
fn staying_solution(request: &PlanRequest) -> Option<Value> {
    staying(request)?;
    Some(request.prior.as_ref()?.get("dependencies").clone())
}

/// The empty solution of a version that is named in full and needs nothing, which it never will.
fn needs_nothing(request: &PlanRequest, preview: Option<&Preview>) -> Option<Value> {
    pinned(request, preview)?;
    let solution = preview?.dependencies.as_ref()?;
    solution.is_empty().then(|| dependency::solution_state(solution))
}

/// What would change of the solution now, version by version.
fn steps(preview: Option<&Preview>) -> Option<Diagnostic> {
    let steps: Vec<String> = preview?.changes.iter().map(ToString::to_string).collect();
    if steps.is_empty() {
        return None;
    }
    let detail = format!(
        "As things are: {}. Another version may be published or deployed until this is applied; to have the plan keep what it shows, give \
         the deployment what `data.hotswap_resolution` tells.",
        steps.join("; ")
    );
    Some(Diagnostic::warning("Dependencies are chosen when this is applied", detail).at("version"))
}

/// The version and digest that follow from the configuration and immutable facts: one published version, named in full.
fn pinned(request: &PlanRequest, preview: Option<&Preview>) -> Option<(Value, Value)> {
    let preview = preview?;
    let constraint: Constraint = Object::root(&request.proposed).parse("version").ok()??;
    let chosen = preview.resolved_version.as_ref().filter(|chosen| constraint.exact() == Some(*chosen))?;
    Some((chosen.to_string().into(), preview.sha256?.to_string().into()))
}

/// What would be chosen now, where the plan cannot promise it.
fn choice(request: &PlanRequest, preview: Option<&Preview>) -> Option<Diagnostic> {
    let chosen = preview?.resolved_version.as_ref()?;
    let constraint = request.proposed.get("version").as_str()?;
    let detail = format!(
        "{constraint:?} would choose version {chosen} now. Another one may be published until this is applied; to have the plan say which version \
         runs, write `version = \"{chosen}\"`."
    );
    Some(Diagnostic::warning("The version is chosen when this is applied", detail).at("version"))
}

/// That a rolled-back spec is not tried again.
fn held(request: &PlanRequest, held: Option<&Held>) -> Diagnostic {
    let what = match held {
        Some(held) => format!("Revision {} was rolled back: {}", held.revision, sentence(&held.reason)),
        None => "The spec was rolled back.".to_owned(),
    };
    let serves = match (request.prior_attribute("active_revision").as_u64(), request.prior_attribute("active_version").as_str()) {
        (Some(revision), Some(version)) => format!(" Revision {revision} (version {version}) serves."),
        _ => String::new(),
    };
    let detail = format!("{what}{serves} The same spec is not rolled out again: change it, or raise `retry` to try it again.");
    Diagnostic::warning("The deployment is held", detail)
}

#[cfg(test)]
mod tests;
