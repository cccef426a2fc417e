//! Loading code that was compiled before: the one unsafe step of the project. What may be loaded is decided in
//! `cache`, which calls this for nothing it hasn't verified.
#![allow(unsafe_code)]

use std::path::Path;

use wasmtime::Engine;
use wasmtime::component::Component;

/// Maps compiled code into memory.
///
/// The caller has verified that this host wrote exactly the bytes of this file: see `CodeCache::load`.
pub(crate) fn load(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: `deserialize_file` wants bytes that `Component::serialize` made, unchanged as long as they are mapped.
    // - Made by us: the caller has found a tag beside the file that is computed over all its bytes under a key that
    //   is in no place but a file only this user can read, and that is only written for what `serialize` returned.
    // - Unchanged: the folder is this user's alone (0700), the file too (0600), and entries are replaced by rename,
    //   never written in place; a mapping keeps the file it was made from. Who can write as this user could change
    //   the process itself.
    // Settings or versions that don't match are found by Wasmtime itself, which is an error, not undefined.
    unsafe { Component::deserialize_file(engine, path) }
}
