//! The Wasmtime runtime: compiles components, keeps the compiled code, and answers each request in a fresh sandbox
//! with its own limits. What a runtime is, is said in `hotswap-runtime`; routing and slots aren't here.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod body;
mod cache;
mod call;
mod config;
mod engine;
mod grants;
mod host;
mod limits;
mod meter;
mod output;
mod precompiled;
mod runtime;
mod sandbox;

pub use config::WasmConfig;
pub use host::map_count_advice;
pub use runtime::{InUse, WasmRuntime};
