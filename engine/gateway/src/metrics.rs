//! The gateway's series, read from the live counts at each scrape. The series of a revision, deployment or tenant that
//! is gone are gone with it.

use std::fmt;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, PoisonError, Weak};

use hotswap_runtime::SlotState;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use crate::table::Dropped;
use crate::{Gateway, RevisionGroup};

impl Gateway {
    /// Adds the gateway's series, all named `hotswap_…`, to a registry. The registry does not keep the gateway alive.
    pub fn register(self: &Arc<Self>, registry: &mut Registry) {
        registry.register_collector(Box::new(Series(Arc::downgrade(self))));
    }
}

struct Series(Weak<Gateway>);

impl fmt::Debug for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Series(Gateway)")
    }
}

/// The labels of a revision's series, and one more.
fn labels<'a, const N: usize>(group: &'a RevisionGroup, more: [(&'static str, &'a str); N]) -> Vec<(&'static str, String)> {
    let own = [
        ("tenant", group.labels.tenant.clone()),
        ("deployment", group.labels.deployment.clone()),
        ("revision", group.labels.revision.to_string()),
    ];
    own.into_iter().chain(more.map(|(name, value)| (name, value.to_owned()))).collect()
}

fn gauge(family: &mut MetricEncoder<'_>, labels: &Vec<(&'static str, String)>, value: usize) -> fmt::Result {
    family.encode_family(labels)?.encode_gauge(&(value as i64))
}

fn counter(family: &mut MetricEncoder<'_>, labels: &Vec<(&'static str, String)>, value: u64) -> fmt::Result {
    family.encode_family(labels)?.encode_counter::<NoLabelSet, _, u64>(&value, None)
}

impl Collector for Series {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(gateway) = self.0.upgrade() else { return Ok(()) };
        let groups: Vec<Arc<RevisionGroup>> = {
            let mut known = gateway.groups.lock().unwrap_or_else(PoisonError::into_inner);
            known.retain(|group| group.strong_count() > 0);
            known.iter().filter_map(Weak::upgrade).collect()
        };
        revisions(&mut encoder, &groups)?;
        slots(&mut encoder, &groups)?;
        tenants(&mut encoder, &gateway)
    }
}

fn revisions(encoder: &mut DescriptorEncoder<'_>, groups: &[Arc<RevisionGroup>]) -> fmt::Result {
    let mut requests = encoder.encode_descriptor(
        "hotswap_requests",
        "Requests by what became of them: ok; a plugin error by its kind (status is a 5xx of its own); dropped by us; cancelled or failed by the client",
        None,
        MetricType::Counter,
    )?;
    for group in groups {
        let counts = group.signals.counts();
        let outcomes = [
            ("ok", counts.requests - counts.plugin_errors),
            ("dropped", counts.dropped),
            ("cancelled", counts.cancelled),
            ("client_error", counts.client_errors),
        ];
        for (outcome, count) in outcomes.into_iter().chain(counts.errors.by_kind()) {
            if count > 0 || outcome == "ok" {
                counter(&mut requests, &labels(group, [("version", group.labels.version.as_str()), ("outcome", outcome)]), count)?;
            }
        }
    }
    let mut seconds = encoder.encode_descriptor(
        "hotswap_request_seconds",
        "Time from a request's arrival to the head of its response, waiting for a slot included",
        None,
        MetricType::Histogram,
    )?;
    for group in groups {
        let (sum, count, buckets) = group.signals.seconds.read();
        seconds.encode_family(&labels(group, []))?.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
    }
    let mut probes =
        encoder.encode_descriptor("hotswap_probes", "Health probes by result; skipped ones tell nothing", None, MetricType::Counter)?;
    for group in groups {
        let signals = &group.signals;
        for (result, count) in
            [("passed", &signals.probes_passed), ("failed", &signals.probes_failed), ("skipped", &signals.probes_skipped)]
        {
            counter(&mut probes, &labels(group, [("result", result)]), count.load(Relaxed))?;
        }
    }
    Ok(())
}

fn slots(encoder: &mut DescriptorEncoder<'_>, groups: &[Arc<RevisionGroup>]) -> fmt::Result {
    let mut in_flight =
        encoder.encode_descriptor("hotswap_in_flight", "Requests and probes that hold an instance", None, MetricType::Gauge)?;
    for group in groups {
        gauge(&mut in_flight, &labels(group, []), group.slots.in_flight())?;
    }
    let mut waiting =
        encoder.encode_descriptor("hotswap_queued", "Requests and probes that wait for an instance", None, MetricType::Gauge)?;
    for group in groups {
        gauge(&mut waiting, &labels(group, []), group.slots.waiting())?;
    }
    let mut instances = encoder.encode_descriptor("hotswap_instances", "Instances by state", None, MetricType::Gauge)?;
    for group in groups {
        let states = group.slots.states();
        for state in [SlotState::Starting, SlotState::Available, SlotState::Unavailable, SlotState::Draining, SlotState::Stopped] {
            let count = states.iter().filter(|&&is| is == state).count();
            if count > 0 || state == SlotState::Available {
                gauge(&mut instances, &labels(group, [("state", state.as_str())]), count)?;
            }
        }
    }
    Ok(())
}

fn tenants(encoder: &mut DescriptorEncoder<'_>, gateway: &Gateway) -> fmt::Result {
    let tenants = gateway.table.tenants();
    let mut dropped = encoder.encode_descriptor("hotswap_dropped", "Requests that failed because of us", None, MetricType::Counter)?;
    for tenant in tenants.values() {
        for deployment in tenant.deployments().values() {
            for reason in Dropped::ALL {
                let labels = vec![
                    ("tenant", tenant.name.to_string()),
                    ("deployment", deployment.name.to_string()),
                    ("reason", reason.as_str().to_owned()),
                ];
                counter(&mut dropped, &labels, deployment.dropped(reason))?;
            }
        }
    }
    let mut limited = encoder.encode_descriptor(
        "hotswap_rate_limited",
        "Requests refused because the tenant is over its rate",
        None,
        MetricType::Counter,
    )?;
    for tenant in tenants.values() {
        counter(&mut limited, &vec![("tenant", tenant.name.to_string())], tenant.limited.load(Relaxed))?;
    }
    Ok(())
}
