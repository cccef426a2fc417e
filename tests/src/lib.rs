//! The harness of the integration tests: the real `hotswap serve` on a data folder of its own and free ports, what is
//! asked of it, and traffic that counts what becomes of every request. What is tested is in `tests/`.
//!
//! A harness fails by panicking, with what the server logged.
#![allow(clippy::unwrap_used)]

mod binary;
mod configuration;
mod folder;
mod load;
mod platform;
pub mod plugins;
mod server;

pub use binary::hotswap;
pub use configuration::{Configuration, Said, Started};
pub use folder::DataFolder;
pub use load::{Load, Tally, Target};
pub use platform::{Answer, says};
pub use server::{Server, peak_memory, processor_time};
