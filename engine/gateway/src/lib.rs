//! The HTTP front: routing by host, weights, limits, drain, and the signals of each revision.
//!
//! The gateway is told what to do and decides nothing: which revision serves how much is set with
//! [`Gateway::set_route`], in one atomic change. What it sees is counted in the [`Signals`] of each
//! [`RevisionGroup`]. No database, no policy, no sandbox lives here.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod address;
mod choice;
mod config;
mod forward;
mod gateway;
mod group;
mod inbound;
mod latency;
mod metrics;
mod outbound;
mod probe;
mod problem;
mod request;
mod route;
mod serve;
mod signals;
mod table;
mod tenant;
mod track;

pub use choice::{Audience, Carries};
pub use config::GatewayConfig;
pub use gateway::Gateway;
pub use group::RevisionGroup;
pub use latency::Latency;
pub use outbound::Reply;
pub use probe::{ProbeOutcome, ProbeResult};
pub use route::{Route, RouteError, Target};
pub use signals::{Aside, PluginErrors, SignalCounts, Signals};
pub use tenant::TenantPolicy;
