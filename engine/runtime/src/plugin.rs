//! The two traits a runtime implements: [`Runtime`] prepares and loads components, [`Plugin`] answers requests.
//! Which runtime, and how it isolates, is not decided here.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hotswap_model::Digest;
use http_body_util::{BodyExt, Empty, Full, combinators::UnsyncBoxBody};

use crate::{Fault, RuntimeError, Usage};

/// Any error, boxed.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request to a plugin, and of its response.
///
/// A response body that fails after its head was sent yields a [`Fault`] in the box: `error.downcast_ref::<Fault>()`.
pub type Body = UnsyncBoxBody<Bytes, BoxError>;

/// A body of these bytes.
pub fn body(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A body of no bytes.
pub fn empty_body() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Whose sandbox it is: put on every span, log line and metric that comes from it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Labels {
    /// The tenant's name.
    pub tenant: String,
    /// The deployment's name.
    pub deployment: String,
    /// The plugin's name.
    pub plugin: String,
    /// The plugin's version.
    pub version: String,
    /// The deployment's revision.
    pub revision: u64,
}

/// What one sandbox may use and may know. Shows the keys of its configuration alone: values may be secrets.
#[derive(Clone)]
pub struct SandboxSpec {
    /// The most linear memory all memories of one sandbox may hold together, in bytes.
    pub memory_bytes: u64,
    /// The longest one request may take, from the call until the last byte of the response: starting the sandbox,
    /// computing and streaming together.
    pub timeout: Duration,
    /// What the plugin reads from `wasi:config/store`.
    pub config: BTreeMap<String, String>,
    /// Whose sandbox it is.
    pub labels: Labels,
}

impl fmt::Debug for SandboxSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxSpec")
            .field("memory_bytes", &self.memory_bytes)
            .field("timeout", &self.timeout)
            .field("config", &self.config.keys())
            .field("labels", &self.labels)
            .finish()
    }
}

/// Something that runs plugins in sandboxes.
#[async_trait]
pub trait Runtime: Send + Sync {
    /// Makes a component ready to be loaded: checks it, compiles it off the request path, keeps the result on disk.
    ///
    /// Idempotent; quick if the digest is known. `component` is the component as it was published (`.wasm` or `.wat`)
    /// and `digest` the digest of exactly these bytes.
    async fn prepare(&self, digest: &Digest, component: Bytes) -> Result<(), RuntimeError>;

    /// A prepared component under a spec, ready for calls.
    ///
    /// [`RuntimeError::NotPrepared`] if [`Runtime::prepare`] was not called for this digest in this process.
    async fn load(&self, digest: &Digest, spec: SandboxSpec) -> Result<Arc<dyn Plugin>, RuntimeError>;

    /// Drops what is kept in memory for a digest. Plugins already loaded go on working; their memory goes with the
    /// last of them. What is kept on disk stays.
    fn forget(&self, digest: &Digest);
}

/// A loaded plugin: a component under one spec.
#[async_trait]
pub trait Plugin: Send + Sync {
    /// Answers one request in one fresh sandbox.
    ///
    /// Returns as soon as the head of the response is known; the sandbox goes on writing the body, within the same
    /// timeout. Dropping the returned body ends the sandbox.
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, Fault>;

    /// What the calls so far used.
    fn usage(&self) -> Usage;
}
