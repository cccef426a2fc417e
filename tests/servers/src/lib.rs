//! Real servers for tests: started on free ports of 127.0.0.1 and a folder of their own, gone with the test, however it ends.
//!
//! What is not installed is told with the script that installs it; nothing is skipped.
#![allow(clippy::unwrap_used)]

mod guard;
mod postgres;
mod redis;

pub use postgres::{Postgres, psql};
pub use redis::Redis;

/// A port of 127.0.0.1 that nobody listens on now.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}
