//! What this process remembers: of the present generation, up to a bound.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of keys and values together; reaching it, everything is forgotten.
const BYTES: usize = 32 << 20;

#[derive(Debug, Default)]
pub(super) struct Memory {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    generation: i64,
    values: HashMap<String, Arc<str>>,
    bytes: usize,
}

impl Memory {
    pub(super) fn get(&self, generation: i64, key: &str) -> Option<Arc<str>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.generation == generation).then(|| kept.values.get(key).cloned()).flatten()
    }

    pub(super) fn put(&self, generation: i64, key: &str, value: Arc<str>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if generation < kept.generation {
            return;
        }
        let bytes = key.len() + value.len();
        if generation > kept.generation || kept.bytes + bytes > BYTES {
            *kept = Kept { generation, ..Kept::default() };
        }
        if bytes <= BYTES && kept.values.insert(key.to_owned(), value).is_none() {
            kept.bytes += bytes;
        }
    }
}
