//! The wire types of /v1: what is sent, what comes back, and the codes of what can go wrong.
//!
//! Types only: the server is in `platform`, the client in `client`. Every path is written down once, in [`path`].

mod component;
mod deployment;
mod difference;
mod page;
pub mod path;
mod plugin;
mod problem;
mod resolution;
mod rollout;
mod storage;
mod tenant;
mod token;

pub use component::Component;
pub use deployment::{Deployment, DeploymentRequest, LiveFigures, Preview, QuotaVerdict, RevisionFigures};
pub use difference::{GrantKind, Import, VersionDifference};
pub use page::Page;
pub use plugin::{Adoption, Plugin, PluginVersion, VersionChange};
pub use problem::{ErrorCode, Problem};
pub use resolution::{Resolution, ResolutionRequest, VersionStep, steps};
pub use rollout::{Rollout, RolloutEvent};
pub use storage::{
    DamagedComponent, GcReport, GcRequest, QuarantinedComponent, StoredComponent, UnfinishedUpload, VerifyReport, VerifyRequest,
};
pub use tenant::Tenant;
pub use token::{NewToken, Token, TokenChange, TokenRequest};
