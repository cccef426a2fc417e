//! Probes: one request to one slot of one revision, past the route and apart from user traffic. When to probe, and
//! what follows for the slot, is the prober's.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant, SystemTime};

use hotswap_runtime::{Busy, Fault, Probe, empty_body};
use http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::BodyExt;

use crate::{Gateway, RevisionGroup};

/// How a probe ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeOutcome {
    /// From being given the slot until the end of the response.
    pub took: Duration,
    /// What was found.
    pub result: ProbeResult,
}

/// What a probe found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeResult {
    /// The plugin answered with this status, and the whole of its body. 200 to 399 is a pass.
    Answered(StatusCode),
    /// The plugin failed.
    Failed(Fault),
    /// The plugin's response did not end in time.
    TimedOut(Duration),
    /// The path is none.
    BadPath(String),
    /// The slot wasn't free in time, or the revision drains: this tells nothing about the plugin.
    Busy(Busy),
}

impl ProbeOutcome {
    /// Whether the probe passed; none if it tells nothing: there was no slot, or this host failed.
    #[must_use]
    pub fn passed(&self) -> Option<bool> {
        match &self.result {
            ProbeResult::Answered(status) => Some(status.is_success() || status.is_redirection()),
            ProbeResult::Failed(fault) if fault.is_ours() => None,
            ProbeResult::Failed(_) | ProbeResult::TimedOut(_) | ProbeResult::BadPath(_) => Some(false),
            ProbeResult::Busy(_) => None,
        }
    }

    /// The outcome in words: `Ok` if the probe passed.
    ///
    /// # Errors
    /// Why it did not pass.
    pub fn describe(&self) -> Result<String, String> {
        match &self.result {
            ProbeResult::Answered(status) if self.passed() == Some(true) => Ok(format!("answered {status}")),
            ProbeResult::Answered(status) => Err(format!("answered {status}")),
            ProbeResult::Failed(fault) => Err(fault.to_string()),
            ProbeResult::TimedOut(after) => Err(format!("no whole answer within {after:?}")),
            ProbeResult::BadPath(path) => Err(format!("{path:?} is no path; begin it with a slash")),
            ProbeResult::Busy(busy) => Err(busy.to_string()),
        }
    }

    /// The outcome as a slot remembers it.
    #[must_use]
    pub fn as_probe(&self, at: SystemTime) -> Probe {
        Probe { at, took: self.took, result: self.describe() }
    }
}

impl Gateway {
    /// Sends one `GET path` to the slot `ordinal` of a revision, whatever its state and whether or not it is in a route.
    ///
    /// `timeout` bounds the wait for the slot, and then the request until the last byte of its answer. The request
    /// carries the deployment's host and the user agent `hotswap-probe`. It is counted in `hotswap_probes_total` and
    /// nowhere else. Neither the slot's state nor its probe history is touched.
    pub async fn probe(&self, group: &RevisionGroup, ordinal: usize, path: &str, timeout: Duration) -> ProbeOutcome {
        let outcome = self.send_probe(group, ordinal, path, timeout).await;
        let signals = &group.signals;
        let count = match outcome.passed() {
            Some(true) => &signals.probes_passed,
            Some(false) => &signals.probes_failed,
            None => &signals.probes_skipped,
        };
        count.fetch_add(1, Relaxed);
        tracing::debug!(
            tenant = group.labels.tenant,
            deployment = group.labels.deployment,
            plugin = group.labels.plugin,
            version = group.labels.version,
            revision = group.labels.revision,
            slot = ordinal,
            passed = outcome.passed(),
            took = ?outcome.took,
            "probe: {}", outcome.describe().unwrap_or_else(|why| why)
        );
        outcome
    }

    async fn send_probe(&self, group: &RevisionGroup, ordinal: usize, path: &str, timeout: Duration) -> ProbeOutcome {
        let ended = |began: Option<Instant>, result| ProbeOutcome { took: began.map_or(Duration::ZERO, |began| began.elapsed()), result };
        let uri = path.parse::<Uri>().ok().filter(|uri| uri.authority().is_none() && path.starts_with('/'));
        let host = HeaderValue::try_from(self.host(&group.labels.tenant, &group.labels.deployment));
        let (Some(uri), Ok(host)) = (uri, host) else {
            return ended(None, ProbeResult::BadPath(path.to_owned()));
        };
        let mut request = Request::new(empty_body());
        *request.uri_mut() = uri;
        request.headers_mut().insert(header::HOST, host);
        request.headers_mut().insert(header::USER_AGENT, HeaderValue::from_static("hotswap-probe"));

        let _slot = match group.slots.acquire_ordinal(ordinal, timeout).await {
            Ok(slot) => slot,
            Err(busy) => return ended(None, ProbeResult::Busy(busy)),
        };
        let began = Instant::now();
        let answer = async {
            let response = group.plugin.call(request).await?;
            let status = response.status();
            let mut body = response.into_body();
            while let Some(frame) = body.frame().await {
                frame.map_err(|error| match error.downcast::<Fault>() {
                    Ok(fault) => *fault,
                    Err(other) => Fault::BadResponse { reason: other.to_string() },
                })?;
            }
            Ok(status)
        };
        let result = match tokio::time::timeout(timeout, answer).await {
            Ok(Ok(status)) => ProbeResult::Answered(status),
            Ok(Err(fault)) => ProbeResult::Failed(fault),
            Err(_) => ProbeResult::TimedOut(timeout),
        };
        ended(Some(began), result)
    }
}
