//! Where time and randomness come in: everything below takes them as arguments.

use std::time::{SystemTime, UNIX_EPOCH};

use hotswap_model::Timestamp;
use uuid::Uuid;

/// The time of this machine.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// The unique part of a new id. Later ones sort behind earlier ones.
pub(crate) fn unique() -> impl std::fmt::Display {
    Uuid::now_v7().simple()
}
