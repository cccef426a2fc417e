//! From a deployment's block to the spec it asks for.

use hotswap_model::{Compare, Constraint, DeploymentSpec, HealthCheck, HttpProbe, NoTraffic, Sandbox, Secrets, Span};
use hotswap_sdk::Diagnostic;
use hotswap_value::Value;

use super::strategy;
use crate::dependency;
use crate::object::Object;

/// The spec a block asks for, with the model's defaults where nothing is said.
///
/// What is not known yet reads as what can be wrong least, so that the rest can be checked: no time for a hold, the direct strategy.
pub(super) fn read(block: &Value) -> Result<DeploymentSpec, Diagnostic> {
    let block = Object::root(block);
    Ok(DeploymentSpec {
        plugin: match block.parse("plugin")? {
            Some(name) => name,
            None => "unknown".parse().expect("this is a name"),
        },
        version: match block.parse::<Constraint>("version")? {
            Some(constraint) => constraint,
            None => "*".parse().expect("this is a constraint"),
        },
        resolve_serial: block.whole("resolve_serial")?.unwrap_or_default(),
        dependency_overrides: dependency::read_overrides(&block)?,
        instances: block.whole("instances")?.unwrap_or_else(DeploymentSpec::default_instances),
        config: block.text("config"),
        secrets_version: block.whole("secrets_version")?,
        preview_key: block.text("preview_key"),
        strategy: strategy::read(&block)?,
        health_check: health_check(&block)?,
        sandbox: sandbox(&block)?,
        auto_rollback: block.truth("auto_rollback").unwrap_or_else(DeploymentSpec::default_auto_rollback),
        retry: block.whole("retry")?.unwrap_or_default(),
    })
}

/// The secrets a configuration gives; none where they are not wholly known yet.
pub(super) fn secrets(config: &Value) -> Option<Secrets> {
    let given = config.get("secrets");
    (given.is_known() && given.is_wholly_known()).then(|| Secrets::new(Object::root(config).map("secrets")))
}

pub(super) fn span(object: &Object<'_>, name: &str, default: Span) -> Result<Span, Diagnostic> {
    if object.get(name).is_unknown() {
        return Ok(Span::ZERO);
    }
    Ok(object.parse(name)?.unwrap_or(default))
}

fn health_check(block: &Object<'_>) -> Result<HealthCheck, Diagnostic> {
    let default = HealthCheck::default();
    let Some(check) = block.object("health_check") else { return Ok(default) };
    Ok(HealthCheck {
        http: check.object("http").map(|probe| http(&probe)).transpose()?,
        error_rate: if check.get("error_rate").is_known() { check.get("error_rate").as_f64() } else { default.error_rate },
        latency_p99_ms: check.whole("latency_p99_ms")?,
        compare: check.object("compare").map(|compare| compared(&compare)),
        no_traffic: check.text("no_traffic").and_then(|name| NoTraffic::named(&name)).unwrap_or_default(),
        min_requests: check.whole("min_requests")?.unwrap_or(default.min_requests),
        min_healthy_time: span(&check, "min_healthy_time", default.min_healthy_time)?,
        healthy_deadline: span(&check, "healthy_deadline", default.healthy_deadline)?,
        progress_deadline: span(&check, "progress_deadline", default.progress_deadline)?,
        promotion_deadline: match check.get("promotion_deadline").is_unknown() {
            true => default.promotion_deadline,
            false => span(&check, "promotion_deadline", default.promotion_deadline)?,
        },
    })
}

fn compared(compare: &Object<'_>) -> Compare {
    let default = Compare::default();
    let percent = |name: &str, default: Option<f64>| if compare.get(name).is_unknown() { default } else { compare.get(name).as_f64() };
    Compare { error_rate: percent("error_rate", default.error_rate), latency: percent("latency", default.latency) }
}

fn http(probe: &Object<'_>) -> Result<HttpProbe, Diagnostic> {
    Ok(HttpProbe {
        path: probe.text("path").unwrap_or_default(),
        interval: span(probe, "interval", HttpProbe::default_interval())?,
        timeout: span(probe, "timeout", HttpProbe::default_timeout())?,
        unhealthy_after: probe.whole("unhealthy_after")?.unwrap_or_else(HttpProbe::default_unhealthy_after),
    })
}

fn sandbox(block: &Object<'_>) -> Result<Sandbox, Diagnostic> {
    let default = Sandbox::default();
    let Some(sandbox) = block.object("sandbox") else { return Ok(default) };
    Ok(Sandbox {
        memory_mb: sandbox.whole("memory_mb")?.unwrap_or(default.memory_mb),
        timeout: span(&sandbox, "timeout", default.timeout)?,
    })
}
