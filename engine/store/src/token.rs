//! Tokens, as they are kept: by the digest of their value, never the value.

use hotswap_model::{Digest, Role, Span, TenantId, TenantName, Timestamp, TokenId, TokenStatus, TokenTerms};

use crate::row::{self, Row};
use crate::sql::query;
use crate::{Kind, Page, Result, StoreError, Tx};

/// A token, live or not: those that ended are kept for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Never given again.
    pub id: TokenId,
    /// How much it opens.
    pub role: Role,
    /// The one tenant it is for; absent: all.
    pub tenant: Option<(TenantId, TenantName)>,
    /// Description, and how long it is good for.
    pub terms: TokenTerms,
    /// SHA-256 of its value.
    pub digest: Digest,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its value was set.
    pub issued_at: Timestamp,
    /// When it ends by itself; absent: never.
    pub expires_at: Option<Timestamp>,
    /// When it was ended; absent: it was not.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// Whether it opens anything, and if not, which end came first.
    pub fn status(&self, now: Timestamp) -> TokenStatus {
        let expired = self.expires_at.filter(|end| *end <= now);
        match (expired, self.revoked_at) {
            (Some(expired), Some(revoked)) if revoked < expired => TokenStatus::Revoked,
            (Some(_), _) => TokenStatus::Expired,
            (None, Some(_)) => TokenStatus::Revoked,
            (None, None) => TokenStatus::Active,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, k.tenant_id, t.name AS tenant, k.role, k.description, k.digest, k.ttl, k.created_at, k.issued_at, k.expires_at, k.revoked_at \
             FROM tokens k LEFT JOIN tenants t ON t.id = k.tenant_id ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<Token> {
    let tenant_id: Option<TenantId> = row::text_or_null(row, "tenant_id")?;
    let tenant = match tenant_id {
        Some(id) => Some((id, row::text(row, "tenant")?)),
        None => None,
    };
    Ok(Token {
        id: row::text(row, "id")?,
        role: row::word(row, "role")?,
        tenant,
        terms: TokenTerms {
            description: row::string_or_null(row, "description")?,
            ttl: row::count_or_null(row, "ttl")?.map(Span::from_micros),
        },
        digest: row::text(row, "digest")?,
        created_at: row::time(row, "created_at")?,
        issued_at: row::time(row, "issued_at")?,
        expires_at: row::time_or_null(row, "expires_at")?,
        revoked_at: row::time_or_null(row, "revoked_at")?,
    })
}

impl Tx {
    /// Makes a token. The tenant's name in it isn't written: the id says whose it is.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a token that is not revoked has the digest; [`StoreError::Dangling`] if there is no such tenant.
    pub async fn insert_token(&mut self, token: &Token) -> Result<()> {
        let done = query(
            "INSERT INTO tokens (id, tenant_id, role, description, digest, ttl, created_at, issued_at, expires_at, revoked_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        )
        .bind(token.id.as_str())
        .bind(token.tenant.as_ref().map(|(id, _)| id.as_str()))
        .bind(token.role.as_str())
        .bind(&token.terms.description)
        .bind(token.digest.to_string())
        .bind(token.terms.ttl.map(|ttl| row::to_int(ttl.as_micros())))
        .bind(token.created_at.as_micros())
        .bind(token.issued_at.as_micros())
        .bind(token.expires_at.map(Timestamp::as_micros))
        .bind(token.revoked_at.map(Timestamp::as_micros))
        .execute(self.conn())
        .await
        .map_err(StoreError::writing(Kind::Token, &token.id))?;
        if done == 0 {
            return Err(StoreError::conflict(Kind::Token, &token.id, None));
        }
        Ok(())
    }

    /// The token with this id, ended ones included.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn token(&mut self, id: &TokenId) -> Result<Option<Token>> {
        let found = query(select!("WHERE k.id = $1")).bind(id.as_str()).fetch_optional(self.conn()).await?;
        found.as_ref().map(read).transpose()
    }

    /// The token whose value has this digest; if several had it, the one that is not revoked, else the one issued last.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn token_by_digest(&mut self, digest: &Digest) -> Result<Option<Token>> {
        let found = query(select!(
            "WHERE k.digest = $1 ORDER BY CASE WHEN k.revoked_at IS NULL THEN 0 ELSE 1 END, k.issued_at DESC, k.id DESC LIMIT 1"
        ))
        .bind(digest.to_string())
        .fetch_optional(self.conn())
        .await?;
        found.as_ref().map(read).transpose()
    }

    /// Tokens that are live at this time, those of one tenant or all, in the order of their ids.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list_tokens(&mut self, tenant: Option<&TenantId>, now: Timestamp, page: &Page<TokenId>) -> Result<Vec<Token>> {
        let rows = query(select!(
            "WHERE k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $1) AND ($2 IS NULL OR k.tenant_id = $2) AND k.id > $3 \
             ORDER BY k.id LIMIT $4"
        ))
        .bind(now.as_micros())
        .bind(tenant.map(TenantId::as_str))
        .bind(page.after.as_ref().map_or("", TokenId::as_str))
        .bind(i64::from(page.limit))
        .fetch_all(self.conn())
        .await?;
        rows.iter().map(read).collect()
    }

    /// Writes what may change of a token: description, `ttl`, digest and the times.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such token; [`StoreError::Conflict`] if another one that is not revoked has the digest.
    pub async fn update_token(&mut self, token: &Token) -> Result<()> {
        let other = self.token_by_digest(&token.digest).await?;
        if token.revoked_at.is_none() && other.is_some_and(|other| other.id != token.id && other.revoked_at.is_none()) {
            return Err(StoreError::conflict(Kind::Token, &token.id, None));
        }
        let done = query(
            "UPDATE tokens SET description = $2, digest = $3, ttl = $4, issued_at = $5, expires_at = $6, revoked_at = $7 WHERE id = $1",
        )
        .bind(token.id.as_str())
        .bind(&token.terms.description)
        .bind(token.digest.to_string())
        .bind(token.terms.ttl.map(|ttl| row::to_int(ttl.as_micros())))
        .bind(token.issued_at.as_micros())
        .bind(token.expires_at.map(Timestamp::as_micros))
        .bind(token.revoked_at.map(Timestamp::as_micros))
        .execute(self.conn())
        .await
        .map_err(StoreError::writing(Kind::Token, &token.id))?;
        if done == 0 { Err(StoreError::not_found(Kind::Token, &token.id)) } else { Ok(()) }
    }

    /// Revokes every token of a tenant, which ends.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn revoke_tokens_of(&mut self, tenant: &TenantId, now: Timestamp) -> Result<()> {
        query("UPDATE tokens SET revoked_at = $2 WHERE tenant_id = $1 AND revoked_at IS NULL")
            .bind(tenant.as_str())
            .bind(now.as_micros())
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// Marks tokens as revoked that ended by themselves before this time: their values may be used for new ones.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn revoke_expired_tokens(&mut self, now: Timestamp) -> Result<()> {
        query("UPDATE tokens SET revoked_at = expires_at WHERE expires_at <= $1 AND revoked_at IS NULL")
            .bind(now.as_micros())
            .execute(self.conn())
            .await?;
        Ok(())
    }

    /// Forgets tokens that ended before this time; gives how many.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn prune_tokens(&mut self, before: Timestamp) -> Result<u64> {
        let done =
            query("DELETE FROM tokens WHERE revoked_at < $1 OR expires_at < $1").bind(before.as_micros()).execute(self.conn()).await?;
        Ok(done)
    }
}
