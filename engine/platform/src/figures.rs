//! Live figures of a deployment, as the gateway has them.

use hotswap_api::{LiveFigures, RevisionFigures};
use hotswap_gateway::{Gateway, Target};
use hotswap_model::{DeploymentName, TenantName, Version};

/// What a deployment does at the moment. Nothing, if it has no route.
pub(crate) fn live(gateway: &Gateway, tenant: &TenantName, name: &DeploymentName) -> LiveFigures {
    let Some(route) = gateway.route(tenant, name) else { return LiveFigures::default() };
    let mut revisions: Vec<_> = route.targets.iter().map(figures).collect();
    revisions.sort_by_key(|revision| revision.revision);
    let dropped = route.targets.iter().map(|target| target.group.signals().counts().dropped).sum();
    LiveFigures { dropped, revisions }
}

fn figures(target: &Target) -> RevisionFigures {
    let (group, counts) = (&target.group, target.group.signals().counts());
    let (slots, latency) = (group.slots(), group.signals().latency());
    let millis = |duration: std::time::Duration| (latency.count > 0).then_some(duration.as_secs_f64() * 1e3);
    RevisionFigures {
        revision: group.labels().revision,
        // The label was made from a version.
        version: group.labels().version.parse().unwrap_or(Version::new(0, 0, 0)),
        weight: target.weight,
        instances: u32::try_from(slots.len()).unwrap_or(u32::MAX),
        available: u32::try_from(slots.available()).unwrap_or(u32::MAX),
        in_flight: slots.in_flight() as u64,
        requests: counts.requests,
        plugin_errors: counts.plugin_errors,
        latency_p50_ms: millis(latency.p50),
        latency_p99_ms: millis(latency.p99),
    }
}
