//! Searching plugins.
//!
//! What is searched is an index in memory, made from the database's rows and brought up to the database's generation before each
//! search: reading that number costs next to nothing, what changed since is all that is read. So a search is never older than its
//! transaction, what it finds and in which order is decided here alone, the same on every database, and a database needs no search of
//! its own. A plugin takes about as much memory as its texts, a version a few bytes.

mod fit;
mod index;
mod words;

use std::fmt;
use std::str::FromStr;
use std::sync::{PoisonError, RwLock};

use hotswap_model::{Channel, PluginName};
use hotswap_store::{Plugin, Tx};
use tokio::sync::Mutex;

use crate::Result;
use index::Index;

/// What is searched for. Everything given must fit; nothing given finds every plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words, each to be found in name, display name, description, publisher or tags. Case and accents do not matter; the last word
    /// may be the beginning of one, or from three letters on its middle; from five letters on one typo is forgiven, from nine on two.
    pub text: String,
    /// Only of this category.
    pub category: Option<String>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only of this publisher.
    pub publisher: Option<String>,
    /// Only with a live version that offers or asks for this interface, such as `wasi:http/outgoing-handler`; its version may be left
    /// out.
    pub capability: Option<String>,
    /// Only with a live version on this channel; if a capability is given, too, that version must have it.
    pub channel: Option<Channel>,
}

/// Which part of what is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Behind this one.
    pub after: Option<Cursor>,
    /// How many at most.
    pub limit: usize,
}

/// What was found, the best first, and by name where equally good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The plugins of this part.
    pub plugins: Vec<Plugin>,
    /// Where the next part begins; absent: there is none.
    pub next: Option<Cursor>,
}

/// A place in what a query finds: behind how good a fit, and which name among those equally good. How well a plugin fits depends on
/// nothing but itself, so a place stays right whatever other plugins come and go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    cost: u32,
    name: PluginName,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.cost, self.name)
    }
}

/// A text that is no place in a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in a search")]
pub struct CursorError;

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> std::result::Result<Self, CursorError> {
        let (cost, name) = text.split_once('.').ok_or(CursorError)?;
        Ok(Self { cost: cost.parse().map_err(|_| CursorError)?, name: name.parse().map_err(|_| CursorError)? })
    }
}

/// Searches plugins. One for a process; it remembers what it has read.
#[derive(Debug, Default)]
pub struct Search {
    index: RwLock<Index>,
    /// Who brings the index up to date.
    reading: Mutex<()>,
}

impl Search {
    /// An index of nothing, filled by the first search.
    pub fn new() -> Self {
        Self::default()
    }

    /// What fits of everything there is in the transaction; what was committed after it began may be found as well.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn find(&self, tx: &mut Tx, query: &Query, part: &Part) -> Result<Found> {
        self.bring_up_to_date(tx).await?;
        Ok(self.index.read().unwrap_or_else(PoisonError::into_inner).find(query, part))
    }

    /// As [`Search::find`], of what is known already: nothing if that is older than this generation.
    pub fn find_at(&self, generation: i64, query: &Query, part: &Part) -> Option<Found> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        (index.generation() >= generation).then(|| index.find(query, part))
    }

    /// Reads what changed since the last time. The first time that is everything, which a server does before anybody asks.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn bring_up_to_date(&self, tx: &mut Tx) -> Result<()> {
        let known = || self.index.read().unwrap_or_else(PoisonError::into_inner).generation();
        let present = tx.registry_generation().await?;
        if known() >= present {
            return Ok(());
        }
        let _one = self.reading.lock().await;
        let known = known();
        if known < present {
            let changes = tx.registry_changes(known).await?;
            self.index.write().unwrap_or_else(PoisonError::into_inner).apply(changes);
        }
        Ok(())
    }
}
