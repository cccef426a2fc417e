//! The store, from outside.

#![allow(clippy::unwrap_used)]

mod contract;
mod kit;
mod migrations;
mod postgres;
mod sqlite;
