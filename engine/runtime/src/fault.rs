//! How a call fails, and how preparing or loading a component fails. Which of them a client sees, and as what, is
//! said here; counting them per revision is the gateway's.

use std::time::Duration;

use hotswap_model::Digest;
use http::StatusCode;

/// Why one request to a plugin has no (or no whole) response. It concerns this request alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The plugin's code ended in a trap: `unreachable`, an index out of bounds, a stack overflow.
    #[error("the plugin trapped: {message}")]
    Trap {
        /// What the trap was.
        message: String,
    },
    /// The plugin did not finish in time.
    #[error("the plugin did not finish within {after:?}; raise `sandbox.timeout` if it needs longer")]
    Timeout {
        /// The timeout it had.
        after: Duration,
    },
    /// The plugin failed after it was refused memory.
    #[error("the plugin needs more memory than its limit of {limit} bytes; raise `sandbox.memory_mb`")]
    OutOfMemory {
        /// The limit it had, in bytes.
        limit: u64,
    },
    /// The plugin returned without setting a response.
    #[error("the plugin returned without a response")]
    NoResponse,
    /// The plugin set an error, or something that is no HTTP response, or a body over the limit.
    #[error("the plugin's response cannot be sent: {reason}")]
    BadResponse {
        /// What is wrong with it.
        reason: String,
    },
    /// The client sent a body over the limit.
    #[error("the request's body is larger than {limit} bytes")]
    RequestTooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The client's request is not one a plugin can be given, or its body broke off.
    #[error("the request is broken: {reason}")]
    RequestBroken {
        /// What is wrong with it.
        reason: String,
    },
    /// No sandbox was free on this host.
    #[error("no sandbox is free on this host: all {limit} are in use; retry shortly")]
    Overloaded {
        /// How many sandboxes this host may run at a time.
        limit: u64,
    },
    /// This host failed; the plugin did nothing wrong.
    #[error("the runtime failed: {reason}")]
    Internal {
        /// What failed.
        reason: String,
    },
}

impl Fault {
    /// The status a client is answered with, if the head wasn't sent yet.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Trap { .. } | Self::OutOfMemory { .. } | Self::NoResponse | Self::BadResponse { .. } => StatusCode::BAD_GATEWAY,
            Self::Timeout { .. } => StatusCode::GATEWAY_TIMEOUT,
            Self::RequestTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RequestBroken { .. } => StatusCode::BAD_REQUEST,
            Self::Overloaded { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A short stable name, fit for a metric's label.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Trap { .. } => "trap",
            Self::Timeout { .. } => "timeout",
            Self::OutOfMemory { .. } => "out_of_memory",
            Self::NoResponse => "no_response",
            Self::BadResponse { .. } => "bad_response",
            Self::RequestTooLarge { .. } => "request_too_large",
            Self::RequestBroken { .. } => "request_broken",
            Self::Overloaded { .. } => "overloaded",
            Self::Internal { .. } => "internal",
        }
    }

    /// Whether the request failed because of us: then it counts as dropped.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Overloaded { .. } | Self::Internal { .. })
    }

    /// Whether the request failed because of the plugin: then it counts against the plugin's health.
    /// A fault is ours, the plugin's, or (a request too large or broken) the client's.
    #[must_use]
    pub fn is_the_plugins(&self) -> bool {
        !self.is_ours() && !self.is_the_clients()
    }

    /// Whether the request failed because of who sent it.
    #[must_use]
    pub fn is_the_clients(&self) -> bool {
        matches!(self, Self::RequestTooLarge { .. } | Self::RequestBroken { .. })
    }
}

/// Why a component can't be prepared or loaded.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// The bytes don't have the digest they were announced with.
    #[error("component {expected}: the bytes have digest {found}; fetch them again")]
    DigestMismatch {
        /// The digest announced.
        expected: Digest,
        /// The digest of the bytes.
        found: Digest,
    },
    /// The bytes can't be compiled.
    #[error("component {digest} does not compile: {reason}")]
    DoesNotCompile {
        /// Which component.
        digest: Digest,
        /// What the compiler says.
        reason: String,
    },
    /// The component imports something a sandbox does not have, or does not export what a plugin must.
    #[error("component {digest} does not fit the sandbox: {reason}")]
    DoesNotFit {
        /// Which component.
        digest: Digest,
        /// What is missing, or too much.
        reason: String,
    },
    /// The component was not prepared in this process.
    #[error("component {digest} is not prepared; prepare it first")]
    NotPrepared {
        /// Which component.
        digest: Digest,
    },
    /// The spec asks for more memory than this host gives one sandbox.
    #[error(
        "{asked} bytes of memory asked for, this host gives a sandbox {limit} at most; lower `sandbox.memory_mb` or raise the host's limit"
    )]
    TooMuchMemory {
        /// What the spec asks for.
        asked: u64,
        /// What this host gives.
        limit: u64,
    },
    /// This host can't run sandboxes as configured.
    #[error("the runtime cannot start: {reason}")]
    CannotStart {
        /// What is in the way.
        reason: String,
    },
    /// Something of ours failed.
    #[error("the runtime failed: {reason}")]
    Internal {
        /// What failed.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_a_failure_of_exactly_one_side() {
        let faults = [
            Fault::Trap { message: "unreachable".into() },
            Fault::Timeout { after: Duration::from_secs(1) },
            Fault::OutOfMemory { limit: 1 },
            Fault::NoResponse,
            Fault::BadResponse { reason: "x".into() },
            Fault::RequestTooLarge { limit: 1 },
            Fault::RequestBroken { reason: "x".into() },
            Fault::Overloaded { limit: 1 },
            Fault::Internal { reason: "x".into() },
        ];
        let mut kinds = std::collections::BTreeSet::new();
        for fault in &faults {
            assert!(kinds.insert(fault.kind()), "{} twice", fault.kind());
            let sides = [fault.is_ours(), fault.is_the_plugins(), fault.is_the_clients()];
            assert_eq!(sides.iter().filter(|side| **side).count(), 1, "{fault}");
            assert_eq!(fault.status().is_client_error(), fault.is_the_clients(), "{fault}");
        }
    }
}
