//! Redis, and what happens without it: it is left alone for a while, then asked again; one log line when it goes, one when it is back.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::metrics::gauge::Gauge;
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands as _, Client, IntoConnectionInfo as _, RedisError, SetExpiry, SetOptions};

/// One that takes longer is slower than the database.
const ANSWERS_WITHIN: Duration = Duration::from_millis(200);

/// So many late answers in a row are no accident.
const LATE: u32 = 3;
const CONNECTS_WITHIN: Duration = Duration::from_millis(500);

/// Once it failed it is left alone for this long.
const LEFT_ALONE_FOR: Duration = Duration::from_secs(1);

/// What nobody asks for any more is gone after this many seconds; so is whatever was kept of a database that was restored since.
const KEPT_FOR: u64 = 600;

/// Where a Redis server is: `redis://user:password@host:port/number`. Shown without the password.
#[derive(Clone)]
pub struct RedisUrl {
    client: Client,
}

/// Why a text is no such address. Never holds the text, which may have a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the address of the cache is not usable; it looks like `redis://host:6379`")]
pub struct RedisUrlError;

impl FromStr for RedisUrl {
    type Err = RedisUrlError;

    fn from_str(text: &str) -> Result<Self, RedisUrlError> {
        if !text.starts_with("redis://") {
            return Err(RedisUrlError);
        }
        let info = text.into_connection_info().map_err(|_| RedisUrlError)?;
        Ok(Self { client: Client::open(info).map_err(|_| RedisUrlError)? })
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "redis://{}", self.client.get_connection_info().addr())
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedisUrl({self})")
    }
}

#[derive(Debug)]
pub(super) struct Redis {
    url: RedisUrl,
    pub(super) up: Gauge,
    /// How many answers in a row came late.
    late: AtomicU32,
    state: Mutex<State>,
}

enum State {
    Up(MultiplexedConnection),
    /// Not to be asked before then. Nobody is told twice that it is gone.
    Down {
        again: Instant,
        told: bool,
    },
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up(_) => "Up",
            Self::Down { .. } => "Down",
        })
    }
}

impl Redis {
    pub(super) fn new(url: &RedisUrl) -> Self {
        Self {
            url: url.clone(),
            up: Gauge::default(),
            late: AtomicU32::new(0),
            state: Mutex::new(State::Down { again: Instant::now(), told: false }),
        }
    }

    pub(super) async fn get(&self, key: &str) -> Option<String> {
        let mut connection = self.connection().await?;
        self.within(connection.get::<_, Option<String>>(key)).await?
    }

    pub(super) async fn put(&self, key: &str, value: &str) {
        let Some(mut connection) = self.connection().await else { return };
        let options = SetOptions::default().with_expiration(SetExpiry::EX(KEPT_FOR));
        self.within(connection.set_options::<_, _, ()>(key, value, options)).await;
    }

    async fn within<T>(&self, answer: impl Future<Output = Result<T, RedisError>>) -> Option<T> {
        match tokio::time::timeout(ANSWERS_WITHIN, answer).await {
            Ok(Ok(value)) => {
                self.late.store(0, Ordering::Relaxed);
                Some(value)
            }
            Ok(Err(error)) => self.failed(&error),
            Err(_) if self.late.fetch_add(1, Ordering::Relaxed) + 1 < LATE => None,
            Err(_) => self.failed(&format_args!("{LATE} answers in a row took more than {ANSWERS_WITHIN:?}")),
        }
    }

    async fn connection(&self) -> Option<MultiplexedConnection> {
        {
            let mut state = self.lock();
            match &mut *state {
                State::Up(connection) => return Some(connection.clone()),
                State::Down { again, .. } if Instant::now() < *again => return None,
                // Who comes now tries; the others go on without.
                State::Down { again, .. } => *again = Instant::now() + CONNECTS_WITHIN + LEFT_ALONE_FOR,
            }
        }
        match tokio::time::timeout(CONNECTS_WITHIN, self.url.client.get_multiplexed_async_connection()).await {
            Ok(Ok(connection)) => {
                let before = std::mem::replace(&mut *self.lock(), State::Up(connection.clone()));
                self.up.set(1);
                self.late.store(0, Ordering::Relaxed);
                if matches!(before, State::Down { told: true, .. }) {
                    tracing::info!(cache = %self.url, "the cache is back");
                }
                Some(connection)
            }
            Ok(Err(error)) => self.failed(&error),
            Err(_) => self.failed(&format_args!("no connection within {CONNECTS_WITHIN:?}")),
        }
    }

    fn failed<T>(&self, problem: &dyn fmt::Display) -> Option<T> {
        let down = State::Down { again: Instant::now() + LEFT_ALONE_FOR, told: true };
        let before = std::mem::replace(&mut *self.lock(), down);
        self.up.set(0);
        if !matches!(before, State::Down { told: true, .. }) {
            tracing::warn!(cache = %self.url, %problem, "the cache does not answer: what it would have known is read from the database");
        }
        None
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password_and_what_is_none_is_not_repeated() {
        let url: RedisUrl = "redis://me:s3cret@cache.example:6380/2".parse().unwrap();
        assert_eq!(url.to_string(), "redis://cache.example:6380");
        assert!(!format!("{url:?}").contains("s3cret"));
        for wrong in ["s3cret", "rediss://me:s3cret@host", "http://host", "redis://me:s3cret@host:port"] {
            assert_eq!(wrong.parse::<RedisUrl>().unwrap_err(), RedisUrlError);
        }
    }
}
