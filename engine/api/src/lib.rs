//! The wire types of /v1.
