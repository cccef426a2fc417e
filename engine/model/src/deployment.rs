//! Deployments: one plugin run for one tenant, as wanted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fault::Collector;
use crate::{Constraint, Digest, Faults, HealthCheck, PluginName, Span, Strategy, Version, parse_config};

/// What is wanted of a deployment: its accepted desired spec. Tenant and name are its address and stand apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeploymentSpec {
    /// Which plugin.
    pub plugin: PluginName,
    /// Which versions of it will do.
    pub version: Constraint,
    /// Raising it asks for the constraint to be resolved anew.
    #[serde(default)]
    pub resolve_serial: u64,
    /// Which versions of other plugins will do here: each narrows what is chosen for a dependency, by the plugin's name. What a
    /// dependency leaves out stays left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dependency_overrides: BTreeMap<PluginName, Constraint>,
    /// How many requests it can serve at the same time.
    #[serde(default = "DeploymentSpec::default_instances")]
    pub instances: u32,
    /// A JSON object, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// Which version of its secrets it runs with; absent: it has none. Another number takes the values that are sent with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets_version: Option<u64>,
    /// Who sends it in the header `x-hotswap-revision` is answered by the newest revision, whatever its weight; with `/NUMBER` behind
    /// it by that one. Such requests count for no verdict. Absent: no revision can be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_key: Option<String>,
    /// How traffic moves to a new revision.
    #[serde(default)]
    pub strategy: Strategy,
    /// When a revision counts as healthy.
    #[serde(default)]
    pub health_check: HealthCheck,
    /// What one request may take.
    #[serde(default)]
    pub sandbox: Sandbox,
    /// Whether an unhealthy revision goes back by itself; otherwise the rollout halts where it is.
    #[serde(default = "DeploymentSpec::default_auto_rollback")]
    pub auto_rollback: bool,
    /// Raising it tries a held spec again.
    #[serde(default)]
    pub retry: u64,
}

/// What one request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sandbox {
    /// Most memory of one instance, in MiB.
    pub memory_mb: u64,
    /// Most time for one request, from its arrival to the last byte of its answer.
    pub timeout: Span,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self { memory_mb: 64, timeout: Span::from_secs(10) }
    }
}

/// What runs, apart from how many of it and how it got there: two revisions with the same workload are the same program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload<'a> {
    /// Which plugin.
    pub plugin: &'a PluginName,
    /// The version chosen for it.
    pub version: &'a Version,
    /// Its bytes.
    pub sha256: &'a Digest,
    /// Its configuration.
    pub config: Option<&'a str>,
    /// The version of its secrets.
    pub secrets_version: Option<u64>,
    /// Its sandbox.
    pub sandbox: Sandbox,
}

/// What serves, as opposed to what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeploymentStatus {
    /// The spec serves.
    Active,
    /// A rollout to the spec is under way.
    Progressing,
    /// The spec was rolled back and is held; an earlier revision serves.
    Held,
    /// A rollout stopped half-way, since `auto_rollback` is off.
    Halted,
}

impl DeploymentStatus {
    /// The status as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            DeploymentStatus::Active => "active",
            DeploymentStatus::Progressing => "progressing",
            DeploymentStatus::Held => "held",
            DeploymentStatus::Halted => "halted",
        }
    }
}

impl DeploymentSpec {
    /// Most instances of one deployment.
    pub const MAX_INSTANCES: u32 = 1_000;
    /// Most memory of one instance, in MiB.
    pub const MAX_MEMORY_MB: u64 = 1_024;

    /// How many instances where nothing is said.
    pub fn default_instances() -> u32 {
        1
    }

    /// Unhealthy revisions go back by themselves unless asked not to.
    pub fn default_auto_rollback() -> bool {
        true
    }

    /// Checks what the types alone do not say.
    ///
    /// # Errors
    /// Every fault at once, each with its field.
    pub fn validate(&self) -> Result<(), Faults> {
        let mut faults = Collector::default();
        if self.dependency_overrides.contains_key(&self.plugin) {
            let name = self.plugin.as_str();
            faults.add(format!("dependency_overrides[{name:?}]"), "is for the deployed plugin itself; set `version` for it");
        }
        faults.check((1..=Self::MAX_INSTANCES).contains(&self.instances), "instances", || {
            format!("is {}; a deployment has 1 to {} instances", self.instances, Self::MAX_INSTANCES)
        });
        if let Some(Err(error)) = self.config.as_deref().map(parse_config) {
            faults.add("config", error.to_string());
        }
        if let Some(key) = &self.preview_key {
            let fits = (8..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            faults.check(fits, "preview_key", || "must be 8 to 128 letters, digits, dashes, underscores and dots".into());
        }
        self.strategy.collect(self.instances, &mut faults);
        self.health_check.collect(self.strategy.holds(self.instances), &mut faults);
        faults.check((1..=Self::MAX_MEMORY_MB).contains(&self.sandbox.memory_mb), "sandbox.memory_mb", || {
            format!("is {}; an instance has 1 to {} MiB", self.sandbox.memory_mb, Self::MAX_MEMORY_MB)
        });
        let timeouts = Span::from_millis(1)..=Span::from_secs(600);
        faults.check(timeouts.contains(&self.sandbox.timeout), "sandbox.timeout", || {
            format!("is {}; a request may take 1ms to 10m", self.sandbox.timeout)
        });
        faults.finish()
    }

    /// Memory all its instances may take, in MiB.
    pub fn memory_mb(&self) -> u64 {
        u64::from(self.instances) * self.sandbox.memory_mb
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Canary, CanaryStep};

    fn spec() -> DeploymentSpec {
        serde_json::from_str(r#"{"plugin":"greeter","version":"1.0.0"}"#).unwrap()
    }

    #[test]
    fn the_defaults_are_a_valid_deployment_that_reads_back() {
        spec().validate().unwrap();
        let text = serde_json::to_string(&spec()).unwrap();
        assert_eq!(serde_json::from_str::<DeploymentSpec>(&text).unwrap(), spec());
    }

    #[test]
    fn every_fault_is_reported_at_once_with_its_field() {
        let mut bad = spec();
        bad.instances = 0;
        bad.dependency_overrides = [(bad.plugin.clone(), "^1".parse().unwrap())].into();
        bad.config = Some("[]".into());
        bad.health_check.error_rate = Some(120.0);
        bad.strategy = Strategy::Canary(Canary {
            steps: [(50, 1), (10, 1), (200, 1)].map(|(weight, hold)| CanaryStep::new(weight, Span::from_secs(hold))).into(),
        });
        let faults = bad.validate().unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "dependency_overrides[\"greeter\"]",
                "instances",
                "config",
                "strategy.canary.steps[1].weight",
                "strategy.canary.steps[2].weight",
                "health_check.error_rate"
            ]
        );
    }

    #[test]
    fn a_deadline_shorter_than_the_holds_is_a_fault() {
        let mut bad = spec();
        bad.strategy = Strategy::Canary(Canary { steps: vec![CanaryStep::new(10, Span::from_secs(3_600))] });
        let message = bad.validate().unwrap_err().to_string();
        assert!(message.contains("progress_deadline: is 10m, but the stages and min_healthy_time take at least 1h10s"), "{message}");
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(serde_json::from_str::<DeploymentSpec>(r#"{"plugin":"a","version":"1.0.0","colour":"blue"}"#).is_err());
    }
}
