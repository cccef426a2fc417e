//! The real binary, as its users meet it: in folders of its own and with nothing of the caller's environment.
#![allow(clippy::unwrap_used)]

mod engine;
mod ephemeral;
mod fmt;
mod help;
mod plugin;
mod serve;
mod simulate;
mod state;
mod support;
