//! What running a plugin means, whatever runs it: the [`Runtime`] trait, the faults of a call, what a
//! plugin used, and the slots of a revision. No sandbox lives here; `hotswap-wasm` is one runtime.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod fault;
mod plugin;
mod probes;
mod slot;
mod slots;
mod usage;
mod waiters;

pub use fault::{Fault, RuntimeError};
pub use plugin::{Body, BoxError, Labels, Plugin, Runtime, SandboxSpec, body, empty_body};
pub use probes::{Probe, ProbeHistory};
pub use slot::{Slot, SlotState};
pub use slots::{Busy, SlotGuard, SlotPool};
pub use usage::Usage;
