//! What is known of a component. How it is found out is in `inspect`.

use hotswap_model::Digest;

use crate::ComponentError;

/// The interface every plugin exports, without the last part of its version: `0.2.0` and later are the same to us.
pub const HANDLER: &str = "wasi:http/incoming-handler@0.2";

/// What a component is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentInfo {
    /// The digest of the bytes as given: a `.wat` and the `.wasm` made from it differ.
    pub digest: Digest,
    /// How many bytes were given.
    pub size: u64,
    /// What it imports, sorted: `wasi:http/types@0.2.0`.
    pub imports: Vec<String>,
    /// What it exports, sorted.
    pub exports: Vec<String>,
}

impl ComponentInfo {
    /// Checks that the component answers requests: that it exports [`HANDLER`].
    ///
    /// # Errors
    /// [`ComponentError::NoHandler`] with what it exports.
    pub fn require_handler(&self) -> Result<(), ComponentError> {
        let handles = |name: &String| {
            name.strip_prefix(HANDLER).is_some_and(|rest| {
                rest.strip_prefix('.').is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit()))
            })
        };
        if self.exports.iter().any(handles) { Ok(()) } else { Err(ComponentError::NoHandler { exports: self.exports.clone() }) }
    }
}
