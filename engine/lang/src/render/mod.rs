//! Diagnostics as text for people and as JSON for programs, both as Terraform lays them out.

mod json;
mod snippet;
#[cfg(test)]
mod tests;
mod text;

pub use json::{json, validation_json};
pub use text::{Style, text};
