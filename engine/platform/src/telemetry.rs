//! The server's own series. Those of requests and probes are the gateway's, in the same registry.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use hotswap_model::{RolloutStatus, Span};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// Every series of the server.
pub(crate) struct Metrics {
    registry: Mutex<Registry>,
    api_requests: Family<ApiLabels, Counter>,
    api_seconds: Family<PathLabels, Histogram>,
    rollouts: Family<RolloutLabels, Counter>,
    rollback_seconds: Histogram,
    memory_maps: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ApiLabels {
    method: String,
    path: String,
    status: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PathLabels {
    method: String,
    path: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RolloutLabels {
    status: String,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let metrics = Self {
            api_requests: Family::default(),
            api_seconds: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.000_5, 2.0, 14))),
            rollouts: Family::default(),
            rollback_seconds: Histogram::new(exponential_buckets(0.001, 2.0, 12)),
            memory_maps: Gauge::default(),
            registry: Mutex::default(),
        };
        registry.register("hotswap_api_requests", "Requests to the API", metrics.api_requests.clone());
        registry.register("hotswap_api_seconds", "Time the API took to answer", metrics.api_seconds.clone());
        registry.register("hotswap_rollouts", "Rollouts that ended, by how", metrics.rollouts.clone());
        registry.register("hotswap_rollback_seconds", "From the verdict until all traffic was back", metrics.rollback_seconds.clone());
        registry.register(
            "hotswap_memory_maps",
            "Memory mappings of the process; the kernel's limit is vm.max_map_count",
            metrics.memory_maps.clone(),
        );
        Self { registry: Mutex::new(registry), ..metrics }
    }

    /// Lets another room add its series.
    pub(crate) fn extend(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }

    pub(crate) fn api_request(&self, method: &str, path: &str, status: u16, took: Duration) {
        let (method, path) = (method.to_owned(), path.to_owned());
        self.api_requests.get_or_create(&ApiLabels { method: method.clone(), path: path.clone(), status: status.into() }).inc();
        self.api_seconds.get_or_create(&PathLabels { method, path }).observe(took.as_secs_f64());
    }

    pub(crate) fn rollout_over(&self, status: RolloutStatus) {
        self.rollouts.get_or_create(&RolloutLabels { status: status.as_str().to_owned() }).inc();
    }

    pub(crate) fn rolled_back_within(&self, took: Span) {
        self.rollback_seconds.observe(took.as_secs_f64());
    }

    /// Everything in the OpenMetrics text format.
    pub(crate) fn encode(&self) -> String {
        if let Ok(maps) = std::fs::read_to_string("/proc/self/maps") {
            self.memory_maps.set(i64::try_from(maps.lines().count()).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Err(error) = prometheus_client::encoding::text::encode(&mut text, &registry) {
            // Writing to a string does not fail; an encoder of ours may.
            let _ = write!(text, "# {error}");
        }
        text
    }
}
