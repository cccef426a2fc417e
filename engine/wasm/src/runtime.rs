//! [`WasmRuntime`]: components prepared once, loaded under a spec, called through `call`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use hotswap_model::Digest;
use hotswap_runtime::{Body, Fault, Plugin, Runtime, RuntimeError, SandboxSpec, Usage};
use http::{Request, Response};
use tokio::sync::{OnceCell, Semaphore};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};
use wasmtime_wasi_config::WasiConfigVariables;
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use crate::WasmConfig;
use crate::cache::CodeCache;
use crate::call::{self, Callee};
use crate::engine::{Ticker, engine};
use crate::grants;
use crate::sandbox::Sandbox;

/// The size of a page of linear memory, in bytes.
const PAGE: u64 = 65_536;

/// Runs components with Wasmtime. One for each process: it reserves address space for all its sandboxes.
pub struct WasmRuntime {
    workshop: Arc<Workshop>,
    prepared: Mutex<HashMap<Digest, Arc<OnceCell<Prepared>>>>,
    compiling: Semaphore,
    config: Arc<WasmConfig>,
    _ticker: Ticker,
}

/// What compiling takes, shared with the threads that do it.
struct Workshop {
    engine: Engine,
    linker: Linker<Sandbox>,
    cache: CodeCache,
}

/// A component ready to be instantiated.
#[derive(Clone)]
struct Prepared {
    pre: ProxyPre<Sandbox>,
    /// The largest memory it begins with, in bytes.
    initial_memory: u64,
}

/// What the running sandboxes hold of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InUse {
    /// Sandboxes.
    pub instances: u64,
    /// Linear memories.
    pub memories: u64,
    /// Stacks.
    pub stacks: u64,
}

impl WasmRuntime {
    /// Makes the engine and its pool, and opens the cache.
    ///
    /// # Errors
    /// [`RuntimeError::CannotStart`] if this host can't give what `config` asks for.
    pub fn new(config: WasmConfig) -> Result<Self, RuntimeError> {
        let engine = engine(&config)?;
        let linker = grants::linker(&engine)
            .map_err(|error| RuntimeError::CannotStart { reason: format!("the interfaces of sandboxes can't be set up: {error:#}") })?;
        let cache = CodeCache::open(&config.cache_dir, &engine)?;
        let ticker = Ticker::start(&engine)?;
        Ok(Self {
            workshop: Arc::new(Workshop { engine, linker, cache }),
            prepared: Mutex::new(HashMap::new()),
            compiling: Semaphore::new(config.max_compilations.max(1)),
            config: Arc::new(config),
            _ticker: ticker,
        })
    }

    /// What the running sandboxes hold of the pool now.
    #[must_use]
    pub fn in_use(&self) -> InUse {
        self.workshop.engine.pooling_allocator_metrics().map_or(InUse { instances: 0, memories: 0, stacks: 0 }, |pool| InUse {
            instances: pool.component_instances(),
            memories: pool.memories() as u64,
            stacks: pool.stacks() as u64,
        })
    }

    fn prepared(&self) -> MutexGuard<'_, HashMap<Digest, Arc<OnceCell<Prepared>>>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Runtime for WasmRuntime {
    async fn prepare(&self, digest: &Digest, component: Bytes) -> Result<(), RuntimeError> {
        let digest = *digest;
        // One cell for each digest: who asks for what is being prepared waits for it.
        let cell = Arc::clone(self.prepared().entry(digest).or_default());
        let done = cell
            .get_or_try_init(|| async {
                let _permit = self.compiling.acquire().await;
                let workshop = Arc::clone(&self.workshop);
                tokio::task::spawn_blocking(move || workshop.prepare(&digest, &component)).await.unwrap_or_else(|error| {
                    Err(RuntimeError::Internal { reason: format!("compiling component {digest} ended early: {error}") })
                })
            })
            .await
            .map(drop);
        if done.is_err() {
            let mut prepared = self.prepared();
            if prepared.get(&digest).is_some_and(|kept| !kept.initialized()) {
                prepared.remove(&digest);
            }
        }
        done
    }

    async fn load(&self, digest: &Digest, spec: SandboxSpec) -> Result<Arc<dyn Plugin>, RuntimeError> {
        let limit = self.config.max_memory_per_instance;
        if spec.memory_bytes > limit {
            return Err(RuntimeError::TooMuchMemory { asked: spec.memory_bytes, limit });
        }
        let prepared =
            self.prepared().get(digest).and_then(|cell| cell.get().cloned()).ok_or(RuntimeError::NotPrepared { digest: *digest })?;
        if prepared.initial_memory > spec.memory_bytes {
            return Err(RuntimeError::DoesNotFit {
                digest: *digest,
                reason: format!(
                    "it begins with {} bytes of memory and is given {}; raise `sandbox.memory_mb`",
                    prepared.initial_memory, spec.memory_bytes
                ),
            });
        }
        let variables: WasiConfigVariables = spec.config.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let callee = Callee {
            engine: self.workshop.engine.clone(),
            pre: prepared.pre,
            labels: Arc::new(spec.labels.clone()),
            variables: Arc::new(variables),
            host: Arc::clone(&self.config),
            meter: Arc::default(),
            spec,
        };
        Ok(Arc::new(WasmPlugin { callee: Arc::new(callee) }))
    }

    fn forget(&self, digest: &Digest) {
        self.prepared().remove(digest);
    }
}

impl Workshop {
    fn prepare(&self, digest: &Digest, bytes: &[u8]) -> Result<Prepared, RuntimeError> {
        let found = Digest::of(bytes);
        if found != *digest {
            return Err(RuntimeError::DigestMismatch { expected: *digest, found });
        }
        let component = match self.cache.load(&self.engine, digest) {
            Some(component) => component,
            None => {
                let component = self.compile(digest, bytes)?;
                self.cache.store(digest, &component);
                component
            }
        };
        let does_not_fit = |error: wasmtime::Error| RuntimeError::DoesNotFit { digest: *digest, reason: format!("{error:#}") };
        let pre = self.linker.instantiate_pre(&component).map_err(does_not_fit)?;
        let pre = ProxyPre::new(pre).map_err(does_not_fit)?;
        component.initialize_copy_on_write_image().map_err(|error| RuntimeError::Internal { reason: format!("{error:#}") })?;
        let initial_memory =
            component.resources_required().and_then(|needs| needs.max_initial_memory_size).map_or(0, |pages| pages.saturating_mul(PAGE));
        Ok(Prepared { pre, initial_memory })
    }

    fn compile(&self, digest: &Digest, bytes: &[u8]) -> Result<Component, RuntimeError> {
        let does_not_compile = |reason: String| RuntimeError::DoesNotCompile { digest: *digest, reason };
        let begun = std::time::Instant::now();
        let binary = hotswap_component::to_binary(bytes).map_err(|error| does_not_compile(error.to_string()))?;
        let component = Component::from_binary(&self.engine, &binary).map_err(|error| does_not_compile(format!("{error:#}")))?;
        tracing::debug!(%digest, took = ?begun.elapsed(), "compiled");
        Ok(component)
    }
}

/// A component under a spec.
struct WasmPlugin {
    callee: Arc<Callee>,
}

#[async_trait]
impl Plugin for WasmPlugin {
    async fn call(&self, request: Request<Body>) -> Result<Response<Body>, Fault> {
        call::call(&self.callee, request).await
    }

    fn usage(&self) -> Usage {
        self.callee.meter.usage()
    }
}
