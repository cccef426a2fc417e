//! Plugins over the store.
