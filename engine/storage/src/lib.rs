//! Plugin bytes.
