//! What was read of the registry, remembered: in this process, and where it is told to in Redis, which several servers share.
//!
//! It can't be stale, by construction: the registry's generation rises in every transaction that changes it, a key carries the generation
//! its value was read at, and who asks knows the present generation, at most [`KNOWN_FOR`] old; a server's own changes are known at once.
//! So nothing is ever taken back from a cache, and whatever is in Redis, or isn't, an answer is right.

mod generation;
mod memory;
mod redis;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use hotswap_store::{Store, StoreError};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::generation::Generation;
use self::memory::Memory;
use self::redis::Redis;

pub use self::redis::{RedisUrl, RedisUrlError};

/// A change that another server made is seen after this at the latest.
pub const KNOWN_FOR: Duration = Duration::from_millis(500);

/// Remembers what was read of the registry.
#[derive(Debug)]
pub struct Cache {
    generation: Generation,
    memory: Memory,
    redis: Option<Redis>,
    lookups: Family<Lookup, Counter>,
}

/// Where something was looked up, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Lookup {
    found_in: &'static str,
}

impl Cache {
    /// One for this database, in memory, and in Redis if that is given. Redis need not be there, now or ever.
    pub fn new(store: Store, redis: Option<&RedisUrl>) -> Self {
        Self { generation: Generation::new(store), memory: Memory::default(), redis: redis.map(Redis::new), lookups: Family::default() }
    }

    /// Adds its series.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("hotswap_cache_lookups", "Reads of the registry, by where the answer was found", self.lookups.clone());
        if let Some(redis) = &self.redis {
            registry.register("hotswap_cache_redis_up", "1 while Redis answers, 0 while it is left alone", redis.up.clone());
        }
    }

    /// Says that this server has changed the registry: whatever is asked next is read as it is now.
    pub fn changed(&self) {
        self.generation.forget();
    }

    /// The registry's generation: that of now, or of [`KNOWN_FOR`] ago at most; never one from before a change of this server's own.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn generation(&self) -> Result<i64, StoreError> {
        Ok(self.generation.present().await?.1)
    }

    /// What is remembered under this key, else what `read` gives. `read` must read a state of the registry that is no older than its
    /// call; what it refuses is not remembered.
    ///
    /// # Errors
    /// What `read` says; and if the generation can't be read, that, made into one by `failed`.
    pub async fn get<T, E, F>(&self, key: &str, read: F, failed: impl FnOnce(StoreError) -> E) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = Result<T, E>>,
    {
        let (identity, generation) = match self.generation.present().await {
            Ok(present) => present,
            Err(error) => return Err(failed(error)),
        };
        if let Some(value) = self.memory.get(generation, key).and_then(|text| parse(&text)) {
            self.found_in("memory");
            return Ok(value);
        }
        let shared = format!("hotswap:{identity}:{generation}:{key}");
        if let Some(redis) = &self.redis
            && let Some(text) = redis.get(&shared).await
            && let Some(value) = parse(&text)
        {
            self.found_in("redis");
            self.memory.put(generation, key, text.into());
            return Ok(value);
        }
        let value = read.await?;
        self.found_in("database");
        if let Ok(text) = serde_json::to_string(&value) {
            let text: Arc<str> = text.into();
            self.memory.put(generation, key, text.clone());
            if let Some(redis) = &self.redis {
                redis.put(&shared, &text).await;
            }
        }
        Ok(value)
    }

    fn found_in(&self, found_in: &'static str) {
        self.lookups.get_or_create(&Lookup { found_in }).inc();
    }
}

/// What doesn't read as what it must be is as good as nothing: another program may have written it.
fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}
