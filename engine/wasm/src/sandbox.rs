//! The state of one sandbox: what the host keeps for it while it lives, for one request.

use std::sync::Arc;

use wasmtime::component::ResourceTable;
use wasmtime::{Engine, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_config::WasiConfigVariables;
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::grants::NoOutgoing;
use crate::limits::Limits;

/// The most resources (requests, bodies, streams, fields) a sandbox may hold at a time.
const MAX_RESOURCES: usize = 1_024;
/// The most bytes one host call may be given or give.
const HOSTCALL_BYTES: usize = 16 << 20;

/// The state of one sandbox.
pub(crate) struct Sandbox {
    table: ResourceTable,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: NoOutgoing,
    limits: Limits,
    config: Arc<WasiConfigVariables>,
}

impl Sandbox {
    /// A store with a sandbox that has nothing but its configuration and these limits.
    pub(crate) fn store(engine: &Engine, wasi: WasiCtx, limits: Limits, config: Arc<WasiConfigVariables>) -> Store<Self> {
        let mut table = ResourceTable::new();
        table.set_max_capacity(MAX_RESOURCES);
        let sandbox = Self { table, wasi, http: WasiHttpCtx::new(), hooks: NoOutgoing, limits, config };
        let mut store = Store::new(engine, sandbox);
        // Before anything is instantiated, so that the first memory counts too.
        store.limiter(|sandbox| &mut sandbox.limits);
        store.set_hostcall_fuel(HOSTCALL_BYTES);
        store.epoch_deadline_async_yield_and_update(1);
        store.set_epoch_deadline(1);
        store
    }

    pub(crate) fn config(&self) -> &WasiConfigVariables {
        &self.config
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl WasiView for Sandbox {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Sandbox {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { ctx: &mut self.http, table: &mut self.table, hooks: &mut self.hooks }
    }
}
