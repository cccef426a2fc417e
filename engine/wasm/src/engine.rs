//! The Wasmtime engine: how code is compiled, how sandboxes are pooled, and the clock that interrupts them.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use hotswap_runtime::RuntimeError;
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Strategy};

use crate::{WasmConfig, host};

/// How long a sandbox computes before it lets others run.
const TICK: Duration = Duration::from_millis(10);
/// How much of a memory stays resident between two sandboxes, so that the next one takes no page faults for it.
const KEEP_RESIDENT: usize = 2 << 20;

/// The most core instances, memories and tables of one component. Components built by the usual tools have up to
/// five, one and one.
const CORE_INSTANCES_EACH: u32 = 32;
const MEMORIES_EACH: u32 = 8;
const TABLES_EACH: u32 = 16;

/// An engine whose pool holds `config.max_instances` sandboxes.
pub(crate) fn engine(config: &WasmConfig) -> Result<Engine, RuntimeError> {
    let count = config.max_instances;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(count)
        .total_core_instances(count.saturating_mul(4))
        .total_memories(count.saturating_add(count / 4))
        .total_tables(count.saturating_mul(3))
        // Each sandbox that was called keeps its stack: with fewer, calls would wait for ever.
        .total_stacks(count)
        .max_core_instances_per_component(CORE_INSTANCES_EACH)
        .max_memories_per_component(MEMORIES_EACH)
        .max_tables_per_component(TABLES_EACH)
        .max_memory_size(usize_of(config.max_memory_per_instance))
        .table_elements(usize_of(config.max_table_elements));
    if host::scans_pagemap() {
        // Without the scan, keeping pages would rewrite whole ranges and hold memory that was never touched.
        pool.pagemap_scan(Enabled::Yes).linear_memory_keep_resident(KEEP_RESIDENT).table_keep_resident(KEEP_RESIDENT / 2);
    }
    let mut settings = Config::new();
    settings
        .strategy(Strategy::Cranelift)
        .memory_init_cow(true)
        .epoch_interruption(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    Engine::new(&settings).map_err(|error| RuntimeError::CannotStart {
        reason: format!(
            "no pool of {count} sandboxes of {} bytes can be made: {error:#}; lower the number of sandboxes",
            config.max_memory_per_instance
        ),
    })
}

fn usize_of(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// Advances the engine's epoch every [`TICK`] until dropped: each tick, a computing sandbox yields.
pub(crate) struct Ticker {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> Result<Self, RuntimeError> {
        let (stop, stopped) = mpsc::channel();
        let engine = engine.weak();
        let thread = std::thread::Builder::new()
            .name("wasm-epoch".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    match engine.upgrade() {
                        Some(engine) => engine.increment_epoch(),
                        None => return,
                    }
                }
            })
            .map_err(|error| RuntimeError::CannotStart {
                reason: format!("the thread that interrupts sandboxes can't be started: {error}"),
            })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It ends at once, and a panic in it has nobody left to concern.
            drop(thread.join());
        }
    }
}
