//! A plan and a state for people ([`human`]) and for programs ([`json`]). Nothing is decided here, nothing is read or written: from values to text.

#[cfg(test)]
mod config_tests;
pub mod human;
pub mod json;
mod order;
mod relevant;
mod schemas;
mod sensitive;
#[cfg(test)]
mod testing;

pub use schemas::Schemas;
