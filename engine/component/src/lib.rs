//! What a component is: its digest, size, imports and exports, read without compiling or running it.
//! Whether it may run, and how, is a runtime's; storing the bytes is `hotswap-storage`'s.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod difference;
mod error;
mod grant;
mod info;
mod inspect;
mod inspector;

pub use difference::{Difference, Interfaces};
pub use error::ComponentError;
pub use grant::{Grant, described};
pub use info::{ComponentInfo, HANDLER};
pub use inspect::{Component, to_binary};
pub use inspector::{Inspector, MOST_TEXT};
