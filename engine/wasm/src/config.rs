//! What this host gives its sandboxes. What one sandbox gets of it is a `SandboxSpec`.

use std::path::PathBuf;

/// How much this host gives, and where it keeps compiled code.
#[derive(Debug, Clone)]
pub struct WasmConfig {
    /// The most sandboxes that run at a time; one more is refused with `Fault::Overloaded`. Address space is reserved
    /// for all of them at start.
    pub max_instances: u32,
    /// The most linear memory one sandbox may be given, in bytes.
    pub max_memory_per_instance: u64,
    /// The most elements all tables of one sandbox may hold together.
    pub max_table_elements: u64,
    /// The largest body of a request, in bytes.
    pub max_request_body: u64,
    /// The largest body of a response, in bytes.
    pub max_response_body: u64,
    /// How much of a request's standard output and error goes to the log, in bytes, each; the rest is left out.
    pub max_output: usize,
    /// How many components are compiled at a time.
    pub max_compilations: usize,
    /// The folder that compiled code is kept in. Created if it isn't there, readable by this user alone.
    pub cache_dir: PathBuf,
}

impl WasmConfig {
    /// Defaults fit for a small host: 1,000 sandboxes of up to 256 MiB, bodies of up to 8 MiB.
    #[must_use]
    pub fn new(cache_dir: impl Into<PathBuf>) -> Self {
        Self {
            max_instances: 1_000,
            max_memory_per_instance: 256 << 20,
            max_table_elements: 20_000,
            max_request_body: 8 << 20,
            max_response_body: 8 << 20,
            max_output: 64 << 10,
            max_compilations: 2,
            cache_dir: cache_dir.into(),
        }
    }
}
