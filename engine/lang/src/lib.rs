//! The configuration language: Terraform's, as `*.tf` and `*.tf.json` files have it.
//!
//! Parsing with source ranges ([`syntax`]), evaluation over values that may be unknown, sensitive or ephemeral ([`evaluate`](evaluate::evaluate)), the language's
//! functions, modules ([`config`]), and diagnostics that point into a file. Not here: what a resource is (`sdk`), what will
//! change (`plan`), the terminal and the environment (`cli`).
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod ast;
pub mod config;
pub mod convert;
mod diagnostic;
pub mod evaluate;
pub mod fmt;
pub mod functions;
pub mod number;
pub mod render;
mod scope;
mod show;
mod source;
pub mod syntax;
mod val;
pub mod variables;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use scope::{Moment, Scope, Subject};
pub use show::show;
pub use source::{FileId, Position, Range, SourceFile, Sources};
pub use val::{Kind, Marks, Val};
