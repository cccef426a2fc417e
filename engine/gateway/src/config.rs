//! What a gateway is started with. What it serves is not configuration: see `set_route`.

use std::time::Duration;

/// How a gateway listens, waits and limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayConfig {
    /// A deployment is reached by the host `<deployment>.<tenant>.<domain>`.
    pub domain: String,
    /// Whether `/t/<tenant>/<deployment>/…` is served too. Only ever to peers on loopback, and only under a host that
    /// is itself loopback or the bare domain: all tenants then share one origin, which is no isolation.
    pub path_routing: bool,
    /// The longest a request waits for a slot before it is answered 503.
    pub queue_wait: Duration,
    /// The largest request body, in bytes; more is answered 413.
    pub max_request_body: u64,
    /// The largest request head, in bytes; more is answered 431.
    pub max_head: usize,
    /// The longest a client may take for the head of a request, keep-alive idling included.
    pub head_timeout: Duration,
    /// The longest that requests in flight are waited for once the gateway is told to stop.
    pub stop_within: Duration,
}

impl Default for GatewayConfig {
    fn default() -> Self {
        Self {
            domain: "localhost".into(),
            path_routing: false,
            queue_wait: Duration::from_secs(5),
            max_request_body: 8 << 20,
            max_head: 64 << 10,
            head_timeout: Duration::from_secs(30),
            stop_within: Duration::from_secs(30),
        }
    }
}
