//! From a deployment as the platform tells it to the block's attributes.

use hotswap_api::Deployment;
use hotswap_model::{DeploymentSpec, HealthCheck, HttpProbe, RolloutPlan, StagePlan};
use hotswap_value::Value;

use super::strategy;
use crate::dependency;
use crate::meaning::{Meaning, Meanings, keep};
use crate::object::decimal;

/// Texts and numbers that may differ and mean the same.
pub(super) const MEANINGS: Meanings = &[
    (&["config"], Meaning::Json),
    (&["strategy", "rolling", "pause_between"], Meaning::Span),
    (&["strategy", "canary", "steps", "hold"], Meaning::Span),
    (&["strategy", "blue_green", "scale_down_delay"], Meaning::Span),
    (&["strategy", "ab_test", "duration"], Meaning::Span),
    (&["strategy", "ab_test", "min_effect"], Meaning::Float),
    (&["health_check", "compare", "error_rate"], Meaning::Float),
    (&["health_check", "compare", "latency"], Meaning::Float),
    (&["health_check", "promotion_deadline"], Meaning::Span),
    (&["health_check", "http", "interval"], Meaning::Span),
    (&["health_check", "http", "timeout"], Meaning::Span),
    (&["health_check", "error_rate"], Meaning::Float),
    (&["health_check", "min_healthy_time"], Meaning::Span),
    (&["health_check", "healthy_deadline"], Meaning::Span),
    (&["health_check", "progress_deadline"], Meaning::Span),
    (&["sandbox", "timeout"], Meaning::Span),
];

/// Attributes only the configuration knows: how an apply waits.
const LOCAL: [&str; 2] = ["wait", "timeouts"];

/// The deployment as it is, with the texts and the local attributes of what was last seen.
pub(super) fn read(last: &Value, deployment: &Deployment) -> Value {
    let mut state = spec_state(&deployment.spec);
    for (name, value) in address(deployment).into_iter().chain(computed(deployment)) {
        state.set_attribute(name, value);
    }
    for name in LOCAL {
        state.set_attribute(name, last.get(name).clone());
    }
    keep(MEANINGS, last, state)
}

/// The deployment after an apply: the spec as planned, what was decided on acceptance, and what serves now.
///
/// What was planned known stays so: a later spec of somebody else's is found by the next read, not taken for this one's outcome.
pub(super) fn applied(planned: &Value, accepted: &Deployment, now: &Deployment) -> Value {
    let mut state = planned.clone();
    let serves = ["active_revision", "active_version", "status"];
    let decided = computed(accepted).into_iter().filter(|(name, _)| !serves.contains(name));
    let serving = computed(now).into_iter().filter(|(name, _)| serves.contains(name));
    for (name, value) in decided.chain(serving) {
        if planned.get(name).is_unknown() {
            state.set_attribute(name, value);
        }
    }
    state
}

fn address(deployment: &Deployment) -> Vec<(&'static str, Value)> {
    vec![("tenant", deployment.tenant.as_str().into()), ("name", deployment.name.as_str().into())]
}

/// What the platform decides.
pub(crate) fn computed(deployment: &Deployment) -> Vec<(&'static str, Value)> {
    vec![
        ("id", deployment.id.as_str().into()),
        ("resolved_version", deployment.resolved_version.to_string().into()),
        ("sha256", deployment.sha256.to_string().into()),
        ("dependencies", dependency::solution_state(&deployment.dependencies)),
        ("rollout_plan", rollout_plan(&deployment.rollout_plan)),
        ("revision", deployment.revision.into()),
        ("active_revision", deployment.active_revision.into()),
        ("active_version", deployment.active_version.as_ref().map(ToString::to_string).into()),
        ("status", deployment.status.as_str().into()),
        ("url", deployment.url.as_str().into()),
    ]
}

/// What is wanted, attribute by attribute.
pub(crate) fn spec_state(spec: &DeploymentSpec) -> Value {
    Value::object([
        ("plugin", Value::from(spec.plugin.as_str())),
        ("version", spec.version.as_str().into()),
        ("resolve_serial", spec.resolve_serial.into()),
        ("dependency_overrides", dependency::overrides_state(&spec.dependency_overrides)),
        ("instances", spec.instances.into()),
        ("config", spec.config.clone().into()),
        ("secrets_version", spec.secrets_version.into()),
        ("preview_key", spec.preview_key.clone().into()),
        ("strategy", strategy::state(&spec.strategy)),
        ("health_check", health_check(&spec.health_check)),
        (
            "sandbox",
            Value::object([("memory_mb", Value::from(spec.sandbox.memory_mb)), ("timeout", spec.sandbox.timeout.to_string().into())]),
        ),
        ("auto_rollback", spec.auto_rollback.into()),
        ("retry", spec.retry.into()),
    ])
}

fn stage(planned: &StagePlan) -> Value {
    Value::object([
        ("weight", Value::from(u32::from(planned.weight))),
        ("hold", planned.hold.to_string().into()),
        ("instances", planned.instances.into()),
        ("waits_for", Value::list(planned.waits_for.iter().map(|gate| Value::from(gate.as_str())))),
    ])
}

fn health_check(check: &HealthCheck) -> Value {
    Value::object([
        ("http", check.http.as_ref().map(http).into()),
        ("error_rate", check.error_rate.map(decimal).into()),
        ("latency_p99_ms", check.latency_p99_ms.into()),
        (
            "compare",
            check
                .compare
                .map(|compare| {
                    Value::object([
                        ("error_rate", Value::from(compare.error_rate.map(decimal))),
                        ("latency", compare.latency.map(decimal).into()),
                    ])
                })
                .into(),
        ),
        ("min_requests", check.min_requests.into()),
        ("no_traffic", check.no_traffic.as_str().into()),
        ("min_healthy_time", check.min_healthy_time.to_string().into()),
        ("healthy_deadline", check.healthy_deadline.to_string().into()),
        ("progress_deadline", Value::from(check.progress_deadline.to_string())),
        ("promotion_deadline", check.promotion_deadline.to_string().into()),
    ])
}

fn http(probe: &HttpProbe) -> Value {
    Value::object([
        ("path", Value::from(probe.path.as_str())),
        ("interval", probe.interval.to_string().into()),
        ("timeout", probe.timeout.to_string().into()),
        ("unhealthy_after", probe.unhealthy_after.into()),
    ])
}

/// What a rollout does.
pub(super) fn rollout_plan(plan: &RolloutPlan) -> Value {
    Value::object([
        ("strategy", Value::from(plan.strategy.as_str())),
        ("stages", Value::list(plan.stages.iter().map(stage))),
        ("shortest", plan.shortest.to_string().into()),
        ("longest", plan.longest.to_string().into()),
        ("worst_rollback", plan.worst_rollback.to_string().into()),
    ])
}

#[cfg(test)]
mod tests;
