//! The nouns of the platform: tenants, plugins, versions, deployments, revisions and what they are made of.
//!
//! Pure: no I/O, no clock, no randomness. Everything here can be built, compared, validated and serialised, and nothing
//! here acts. Time comes in as a [`Timestamp`]; ids are made by whoever owns the random source.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod access;
mod capability;
mod channel;
mod config;
mod constraint;
mod dependency;
mod deployment;
mod digest;
mod fault;
mod health;
mod id;
mod name;
mod plugin;
mod plugin_version;
mod replacement;
mod revision;
mod rollout_plan;
mod secret;
mod span;
mod strategy;
mod tenant;
mod timestamp;
mod token;
mod version;
mod version_name;

pub use access::{Action, Denied, Principal};
pub use capability::Capability;
pub use channel::{Channel, IllegalTransition};
pub use config::{ConfigError, merge_config, parse_config};
pub use constraint::{Constraint, ConstraintError};
pub use dependency::{Dependency, DependencyKind, Need, Solved};
pub use deployment::{DeploymentSpec, DeploymentStatus, Sandbox, Workload};
pub use digest::{Digest, DigestError, Hasher};
pub use fault::{Fault, Faults};
pub use health::{Compare, HealthCheck, HttpProbe, NoTraffic};
pub use id::{DeploymentId, IdError, PluginId, RolloutId, SecretId, TenantId, TokenId, VersionId};
pub use name::{DeploymentName, NameError, PluginName, TenantName};
pub use plugin::PluginSpec;
pub use plugin_version::VersionSpec;
pub use replacement::Replacement;
pub use revision::{Held, Revision, RolloutStatus};
pub use rollout_plan::{RolloutPlan, StageGate, StagePlan};
pub use secret::Secrets;
pub use span::{Span, SpanError};
pub use strategy::{AbTest, Audience, BlueGreen, Canary, CanaryStep, Rolling, SmokeTest, Strategy, StrategyKind};
pub use tenant::{Quotas, RateLimits, TenantSpec, TenantStatus, Usage};
pub use timestamp::Timestamp;
pub use token::{Role, TokenStatus, TokenTerms};
pub use version::{Version, VersionError};
pub use version_name::{VersionName, VersionNameError};
