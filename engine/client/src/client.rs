//! The client itself. Its calls are in the files of what they are about.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hotswap_api::{Deployment, Plugin, PluginVersion, Tenant};

use crate::coalesce::{Changed, Coalescer};
use crate::discover::Credentials;
use crate::endpoint::Endpoint;
use crate::error::ClientError;

/// What a client needs to know.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// Which server.
    pub endpoint: Endpoint,
    /// What opens it.
    pub credentials: Credentials,
    /// How long one call may take, its retries included. Uploads may take longer.
    pub timeout: Duration,
    /// Who is calling: `terraform-provider-hotswap/0.1.0`.
    pub user_agent: String,
}

/// A client of one server. Cheap to clone; clones share connections and put their reads together.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
    /// What the Idempotency-Keys of its calls are made of; absent: each call has one of its own.
    pub(crate) key: Option<Arc<str>>,
    /// How long all its calls together may take; absent: each has the time of the configuration.
    pub(crate) limit: Option<Limit>,
}

/// A time that began and ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    began: Instant,
    pub(crate) lasts: Duration,
}

impl Limit {
    pub(crate) fn left(&self) -> Duration {
        self.lasts.saturating_sub(self.began.elapsed())
    }
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) http: reqwest::Client,
    pub(crate) config: ClientConfig,
    pub(crate) tenants: Coalescer<Tenant>,
    pub(crate) plugins: Coalescer<Plugin>,
    pub(crate) versions: Coalescer<PluginVersion>,
    pub(crate) deployments: Coalescer<Deployment>,
    pub(crate) changed: Changed,
}

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl Client {
    /// A client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError::Setup`] if TLS cannot be set up.
    pub fn new(config: ClientConfig) -> Result<Self, ClientError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(&config.user_agent)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if !config.endpoint.is_tls() {
            // The system's certificates take time to load, and a small container has none.
            builder = builder.tls_certs_only([]);
        }
        let http = builder
            .build()
            .map_err(|error| ClientError::Setup { endpoint: config.endpoint.clone(), reason: crate::transport::innermost(&error) })?;
        let inner = Inner {
            http,
            config,
            tenants: Coalescer::default(),
            plugins: Coalescer::default(),
            versions: Coalescer::default(),
            deployments: Coalescer::default(),
            changed: Changed::default(),
        };
        Ok(Self { inner: Arc::new(inner), key: None, limit: None })
    }

    /// The same client for one operation known by `key`: what it changes is changed once, however often the operation is repeated
    /// with that key, by whichever process, and each repetition gets the first one's answers. The server forgets keys after a day.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.into()), ..self.clone() }
    }

    /// The same client for one operation that may take this long from now on, its retries included, and is given up after it.
    ///
    /// Whoever says so has the patience: a server that is not there, or has no time, is asked again until then. Ends in
    /// [`ClientError::TimedOut`], which tells what was answered last.
    #[must_use]
    pub fn within(&self, lasts: Duration) -> Self {
        Self { limit: Some(Limit { began: Instant::now(), lasts }), ..self.clone() }
    }

    /// Begins another run: forgets what was read ahead in the one before.
    pub fn begin_run(&self) {
        self.inner.tenants.forget();
        self.inner.plugins.forget();
        self.inner.versions.forget();
        self.inner.deployments.forget();
        self.inner.changed.forget();
    }

    /// Which server it speaks to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.inner.config.endpoint
    }
}
