//! What the platform does when it is asked: one file a noun. No HTTP here; problems are the API's, so that every way in says
//! the same.

mod acting;
mod capabilities;
mod components;
mod dependencies;
mod deployments;
mod plugins;
mod preview;
mod quota;
mod rollouts;
mod secrets;
mod storage;
mod tenants;
mod tokens;
mod versions;

use futures::future::BoxFuture;
use hotswap_api::{ErrorCode, Problem};
use hotswap_model::Principal;
use hotswap_store::Tx;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock;
use crate::error::{self, Result};

pub(crate) use acting::Acting;
pub(crate) use deployments::Precondition;
pub(crate) use plugins::Search;
pub(crate) use tokens::REMEMBERED_FOR;

/// An `Idempotency-Key` with the digest of the request it came with.
#[derive(Debug, Clone)]
pub(crate) struct Replay {
    pub(crate) key: String,
    pub(crate) request: String,
}

impl Replay {
    /// The same request of a principal that is for one tenant is another request: it may mean other things.
    fn seen_by(self, principal: &Principal) -> Self {
        match &principal.tenant {
            Some((tenant, _)) => Self { request: format!("{tenant} {}", self.request), ..self },
            None => self,
        }
    }
}

/// What a change gives: whether something came into being, and what it is now.
#[derive(Debug)]
pub(crate) struct Answer<T> {
    pub(crate) created: bool,
    pub(crate) body: T,
}

/// The part of a list that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) after: Option<String>,
    pub(crate) limit: u32,
}

impl Acting {
    /// Runs a change in one transaction; with a key, at most once: the answer is kept in the same transaction, and given again
    /// to whoever sees the same tenants. Whether the principal may do this is asked before.
    async fn change<T, F>(&self, replay: Option<Replay>, work: F) -> Result<Answer<T>>
    where
        T: Serialize + DeserializeOwned + Send,
        F: for<'tx> FnOnce(&'tx mut Tx) -> BoxFuture<'tx, Result<Answer<T>>> + Send,
    {
        let replay = replay.map(|replay| replay.seen_by(&self.principal));
        let mut tx = self.write().await?;
        if let Some(replay) = &replay
            && let Some(earlier) = tx.idempotent_answer(&replay.key).await.map_err(error::store)?
        {
            if earlier.request_hash != replay.request {
                let detail = format!("the idempotency key {:?} came with another request before", replay.key);
                return Err(Problem::new(ErrorCode::IdempotencyConflict, detail).hint("use a new key for a new request"));
            }
            let body = serde_json::from_str(&earlier.body).map_err(|e| error::internal(&e))?;
            return Ok(Answer { created: earlier.status == 201, body });
        }
        let answer = work(&mut tx).await?;
        if let Some(replay) = replay {
            let body = serde_json::to_string(&answer.body).map_err(|e| error::internal(&e))?;
            let status = if answer.created { 201 } else { 200 };
            let kept =
                hotswap_store::IdempotentAnswer { key: replay.key, request_hash: replay.request, status, body, created_at: clock::now() };
            tx.insert_idempotent_answer(&kept).await.map_err(error::store)?;
        }
        tx.commit().await.map_err(error::store)?;
        self.cache.changed();
        Ok(answer)
    }
}

/// The etag a caller gave, if it is one of ours.
fn parse_etag(etag: Option<&str>) -> Result<Option<i64>> {
    let Some(text) = etag else { return Ok(None) };
    let number = text.trim_matches('"').parse();
    number.map(Some).map_err(|_| {
        Problem::new(ErrorCode::EtagMismatch, format!("the etag {text} is none of this server's")).hint("send the etag of the last answer")
    })
}
