//! State files: what is known to exist, in Terraform's format (version 4), byte for byte; and the local file that holds them,
//! under the lock Terraform takes.
//!
//! [`State`] is the content: [`State::from_slice`] reads it, [`State::to_bytes`] writes it, [`State::list`],
//! [`State::remove_all`] and [`State::move_to`] are what `state list|rm|mv` do. [`Local`] is the file: locked, read, replaced. Not here: what
//! changes (`plan`), the journal of an apply (`apply`), schemas: attributes stay the JSON text they are stored as.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod format_error;
mod json;
mod local;
mod lock_info;
mod read;
mod state;
mod state_error;
mod state_file;
mod surgery;
mod write;

pub use format_error::FormatError;
pub use json::{Json, JsonError};
pub use local::{DEFAULT_NAME, Local, Paths, Written};
pub use lock_info::LockInfo;
pub use state::{Instance, Object, Output, Resource, State, Status, TERRAFORM_VERSION, UnknownFields};
pub use state_error::StateError;
pub use surgery::{Moved, SurgeryError};
pub use write::UnwritableOutput;
