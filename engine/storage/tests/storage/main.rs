//! What every storage promises, asked of each kind; then what is one kind's own.

#![allow(clippy::unwrap_used)]

mod contract;
mod faults;
mod folder;
mod kit;
mod s3;
