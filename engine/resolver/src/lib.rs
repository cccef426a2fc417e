//! Version solving.
