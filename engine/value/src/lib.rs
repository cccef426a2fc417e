//! Types and values of the configuration language, and the two forms they travel in: msgpack (Terraform's wire) and JSON
//! (state, functions, users' documents); and the addresses objects go by. No I/O, no expressions, no sensitivity marks.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod address;
mod conform;
mod error;
pub mod json;
pub mod msgpack;
mod number;
mod path;
mod set;
mod text;
mod ty;
mod value;

pub use error::ValueError;
pub use number::{Number, ParseNumberError};
pub use path::{AttributePath, Step};
pub use set::Set;
pub use text::composed;
pub use ty::{Type, TypeError};
pub use value::{Typed, Value};

#[cfg(test)]
mod round_trip_tests;
