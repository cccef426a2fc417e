//! The protocol server's process spoken to by a client of our own: what Terraform of today does not ask for, and what it never would.
//!
//! Needs the example `toy_provider`, which `cargo test -p hotswap-provider` builds too; the tests on a platform also need `hotswap`.
#![allow(clippy::unwrap_used)]

mod client;
mod ephemeral;
mod generate;
mod identity;
mod large;
mod list;
mod metadata;
mod moved;
mod nonsense;
mod platform;
