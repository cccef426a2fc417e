//! The gateway over real sockets, with plugins written here. One module a subject.
#![allow(clippy::unwrap_used)]

mod choices;
mod faults;
mod limits;
mod metrics;
mod probes;
mod routing;
mod stopping;
mod support;
mod swaps;
mod weights;
