//! Plugins over the store: what may be published under a number, what the resolver may choose from, and what a search finds.
//!
//! Whether a component is fit to run is checked when it is uploaded, before anything here; plain reads and writes of rows
//! are the store's own.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cache;
mod error;
mod publish;
mod search;
mod snapshot;

pub use cache::{Cache, KNOWN_FOR, RedisUrl, RedisUrlError};
pub use error::RegistryError;
pub use publish::{Published, publish};
pub use search::{Cursor, CursorError, Found, Part, Query, Search};
pub use snapshot::snapshot;

/// What a call to the registry gives.
pub type Result<T> = std::result::Result<T, RegistryError>;
