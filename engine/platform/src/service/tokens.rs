//! Tokens: made, renewed, changed, revoked. Their values are told once, when they are made, and kept nowhere.

use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{Action, Digest, Principal, Span, Timestamp, TokenId, TokenStatus, TokenTerms};
use hotswap_store::{self as store, StoreError, Tx};

use super::acting::Acting;
use super::{Answer, Part, Replay, tenants};
use crate::error::{self, Result};
use crate::{auth, clock};

/// How long it is told what became of a token that ended.
pub(crate) const REMEMBERED_FOR: Span = Span::from_secs(30 * 24 * 3_600);

impl Acting {
    /// Makes a token. Repeated under its key it gives the same token with another value: nobody has seen the first one, or whoever
    /// has asks for it again. The value is in no answer that is kept.
    pub(crate) async fn create_token(&self, request: api::TokenRequest, replay: Option<Replay>) -> Result<Answer<api::NewToken>> {
        self.may(Action::Tokens)?;
        let terms = TokenTerms { description: request.description, ttl: request.ttl };
        terms.validate().map_err(|faults| error::invalid("the token", faults))?;
        let (principal, role, tenant, given) = (self.principal.clone(), request.role, request.tenant, request.hash);
        let value = given.is_none().then(auth::new_value);
        let digest = given.unwrap_or_else(|| Digest::of(value.as_deref().unwrap_or_default().as_bytes()));
        let answer = self
            .change(replay, move |tx| {
                Box::pin(async move {
                    let tenant = match (tenant, &principal.tenant) {
                        (Some(tenant), _) => {
                            let tenant = tenants::find(tx, &principal, &tenant).await?;
                            Some((tenant.id, tenant.spec.name))
                        }
                        (None, None) => None,
                        (None, Some((_, own))) => {
                            let detail = format!("this token is for tenant {:?} alone, and so are those it makes", own.as_str());
                            return Err(Problem::new(ErrorCode::Forbidden, detail).hint(format!("say `\"tenant\": {:?}`", own.as_str())));
                        }
                    };
                    let now = clock::now();
                    tx.revoke_expired_tokens(now).await.map_err(error::store)?;
                    tx.prune_tokens(now - REMEMBERED_FOR).await.map_err(error::store)?;
                    let id = TokenId::from_unique(clock::unique());
                    let expires_at = terms.expires_at(now);
                    let token =
                        store::Token { id, role, tenant, terms, digest, created_at: now, issued_at: now, expires_at, revoked_at: None };
                    tx.insert_token(&token).await.map_err(taken)?;
                    tracing::info!(token = %token.id, role = role.as_str(), by = %principal, "token made");
                    Ok(Answer { created: true, body: to_api(token) })
                })
            })
            .await?;
        let mut info = answer.body;
        if value.is_some() && info.hash != digest {
            // The answer is that of an earlier try.
            info = self.set_value(&info.id, digest).await?;
        }
        Ok(Answer { created: answer.created, body: api::NewToken { info, token: value } })
    }

    pub(crate) async fn token(&self, id: &str) -> Result<api::Token> {
        self.may(Action::Tokens)?;
        let mut tx = self.read().await?;
        Ok(to_api(find(&mut tx, &self.principal, id).await?))
    }

    /// Those that are good.
    pub(crate) async fn tokens(&self, part: Part) -> Result<api::Page<api::Token>> {
        self.may(Action::Tokens)?;
        let mut tx = self.read().await?;
        let page = store::Page { after: part.after.and_then(|after| after.parse().ok()), limit: part.limit };
        let tenant = self.principal.tenant.as_ref().map(|(id, _)| id);
        let found = tx.list_tokens(tenant, clock::now(), &page).await.map_err(error::store)?;
        let next = (found.len() == part.limit as usize).then(|| found.last().map(|token| token.id.to_string())).flatten();
        Ok(api::Page { items: found.into_iter().map(to_api).collect(), next })
    }

    pub(crate) async fn change_token(&self, id: &str, change: api::TokenChange, replay: Option<Replay>) -> Result<Answer<api::Token>> {
        self.may(Action::Tokens)?;
        let terms = TokenTerms { description: change.description, ttl: change.ttl };
        terms.validate().map_err(|faults| error::invalid("the token", faults))?;
        let (principal, id) = (self.principal.clone(), id.to_owned());
        self.change(replay, move |tx| {
            Box::pin(async move {
                let (now, mut token) = (clock::now(), find(tx, &principal, &id).await?);
                let begins_anew = change.hash.is_some() || terms.ttl != token.terms.ttl;
                live(&token, now)?;
                token.terms = terms;
                if begins_anew {
                    token.digest = change.hash.unwrap_or(token.digest);
                    token.issued_at = now;
                    token.expires_at = token.terms.expires_at(now);
                }
                tx.update_token(&token).await.map_err(taken)?;
                Ok(Answer { created: false, body: to_api(token) })
            })
        })
        .await
    }

    /// Lets a token live on: its `ttl` from now, within the bounds of [`TokenTerms::renewed`].
    pub(crate) async fn renew_token(&self, id: &str) -> Result<api::Token> {
        self.may(Action::Tokens)?;
        let now = clock::now();
        let mut tx = self.write().await?;
        let mut token = find(&mut tx, &self.principal, id).await?;
        live(&token, now)?;
        token.expires_at = token.terms.renewed(token.issued_at, now);
        tx.update_token(&token).await.map_err(error::store)?;
        tx.commit().await.map_err(error::store)?;
        Ok(to_api(token))
    }

    /// Revokes a token: from here on it opens nothing. One that ended already is as good as revoked.
    pub(crate) async fn revoke_token(&self, id: &str) -> Result<()> {
        self.may(Action::Tokens)?;
        let now = clock::now();
        let mut tx = self.write().await?;
        let mut token = find(&mut tx, &self.principal, id).await?;
        if token.revoked_at.is_none() {
            token.revoked_at = Some(now);
            tx.update_token(&token).await.map_err(error::store)?;
            tx.commit().await.map_err(error::store)?;
            tracing::info!(token = %token.id, by = %self.principal, "token revoked");
        }
        Ok(())
    }

    async fn set_value(&self, id: &TokenId, digest: Digest) -> Result<api::Token> {
        let mut tx = self.write().await?;
        let mut token = find(&mut tx, &self.principal, id.as_str()).await?;
        live(&token, clock::now())?;
        token.digest = digest;
        tx.update_token(&token).await.map_err(taken)?;
        tx.commit().await.map_err(error::store)?;
        Ok(to_api(token))
    }
}

/// The token with this id, ended or not. Another tenant's is not there.
async fn find(tx: &mut Tx, principal: &Principal, id: &str) -> Result<store::Token> {
    let found = match id.parse::<TokenId>() {
        Ok(id) => tx.token(&id).await.map_err(error::store)?,
        Err(_) => None,
    };
    let own = |token: &store::Token| match (&principal.tenant, &token.tenant) {
        (None, _) => true,
        (Some(own), Some(tenant)) => own == tenant,
        (Some(_), None) => false,
    };
    found.filter(own).ok_or_else(|| {
        Problem::new(ErrorCode::TokenNotFound, format!("there is no token {id:?}")).hint("`GET /v1/tokens` lists those there are")
    })
}

/// Refuses what is asked of a token that ended.
fn live(token: &store::Token, now: Timestamp) -> Result<()> {
    let how = match token.status(now) {
        TokenStatus::Active => return Ok(()),
        TokenStatus::Expired => "has expired",
        TokenStatus::Revoked => "was revoked",
    };
    Err(Problem::new(ErrorCode::TokenNotFound, format!("token {} {how}", token.id)).hint("have a new one made"))
}

fn taken(error: StoreError) -> Problem {
    match error {
        StoreError::Conflict { .. } => {
            Problem::new(ErrorCode::TokenTaken, "another token has the same value").hint("give this one a value of its own")
        }
        other => error::store(other),
    }
}

fn to_api(token: store::Token) -> api::Token {
    api::Token {
        status: token.status(clock::now()),
        id: token.id,
        role: token.role,
        tenant: token.tenant.map(|(_, name)| name),
        ttl: token.terms.ttl,
        description: token.terms.description,
        hash: token.digest,
        created_at: token.created_at,
        expires_at: token.expires_at,
        revoked_at: token.revoked_at,
    }
}
