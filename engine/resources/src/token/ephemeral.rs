//! The ephemeral `hotswap_token`: a token for one run, made when it begins and revoked when it ends.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hotswap_api as api;
use hotswap_model::{Span, TokenTerms};
use hotswap_sdk::schema::attribute::string;
use hotswap_sdk::{Attribute, Diagnostic, Diagnostics, EphemeralResource, OpenRequest, OpenResponse, RenewResponse, Schema, async_trait};
use hotswap_value::Value;

use super::{description_attribute, role, scope, tenant, terms};
use crate::check::span;
use crate::connection::Connection;
use crate::diagnose::{client_error, faults};
use crate::object::Object;

/// How long a token is good for without a renewal, where nothing is said: what is left behind by a run that is killed.
const DEFAULT_TTL: &str = "1h";

/// The ephemeral resource type.
pub(crate) fn resource(connection: Arc<Connection>) -> Arc<dyn EphemeralResource> {
    Arc::new(Token { schema: schema(), connection })
}

struct Token {
    schema: Schema,
    connection: Arc<Connection>,
}

fn schema() -> Schema {
    let description = "A token that opens the API for as long as a run lasts: made when its value is needed, renewed while the run goes on, revoked at \
                       its end. Its value is in neither plan nor state. Plans open one, too.\n\n\
                       A run that is killed leaves its token behind until `ttl` is over, and so may one that fails; a token lives a day at most, however often it is renewed, or \
                       `ttl` if that is longer.";
    let stays = |attribute: Attribute| Attribute { requires_replace: false, ..attribute };
    Schema::new(0, description)
        .attribute("role", stays(role()).describe("How much it opens: `admin` (everything, tokens and tenants included), `operator` (reads, and changes plugins, versions and deployments) or `viewer` (reads)."))
        .attribute("tenant", stays(tenant()).describe("The name of the one tenant it is for: others are not there for it, and what is everybody's it does not change. Default: it is for all tenants."))
        .attribute("description", description_attribute())
        .attribute("ttl", string().default(DEFAULT_TTL).validate(span()).describe(format!("How long it is good for without a renewal: `1s` to `8784h`. Default: `{DEFAULT_TTL}`.")))
        .attribute("id", string().computed().describe("Given by the platform, such as `tok_…`. Names the token and opens nothing."))
        .attribute("token", string().computed().sensitive().describe("The token itself, as a provider's `token` or HOTSWAP_TOKEN wants it."))
        .attribute("expires_at", string().computed().describe("When it ended if it were not renewed, as RFC 3339 has it."))
}

#[async_trait]
impl EphemeralResource for Token {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        match terms(&Object::root(config)) {
            Ok(terms) => terms.validate().err().map(|found| faults(config, found.iter())).unwrap_or_default(),
            Err(diagnostic) => diagnostic.into(),
        }
    }

    async fn open(&self, request: OpenRequest) -> OpenResponse {
        self.make(&request.config).await.unwrap_or_else(OpenResponse::from)
    }

    async fn renew(&self, private: Vec<u8>) -> RenewResponse {
        match self.extend(&private).await {
            Ok((renew_at, diagnostics)) => RenewResponse { private, renew_at, diagnostics },
            Err(diagnostics) => RenewResponse { private, diagnostics, ..RenewResponse::default() },
        }
    }

    async fn close(&self, private: Vec<u8>) -> Diagnostics {
        match self.revoke(&private).await {
            Ok(()) => Diagnostics::new(),
            Err(diagnostics) => diagnostics,
        }
    }
}

impl Token {
    async fn make(&self, config: &Value) -> Result<OpenResponse, Diagnostics> {
        let block = Object::root(config);
        let ((role, tenant), TokenTerms { description, ttl }) = (scope(&block), terms(&block)?);
        let wanted = api::TokenRequest { role, tenant, ttl, description, hash: None };
        let made = self.connection.require()?.create_token(&wanted).await.map_err(|error| client_error(&error))?;
        let result = config
            .clone()
            .with("id", made.info.id.as_str())
            .with("token", made.token)
            .with("expires_at", made.info.expires_at.map(|end| end.to_string()));
        Ok(OpenResponse {
            result,
            private: made.info.id.to_string().into_bytes(),
            renew_at: renew_at(&made.info, SystemTime::now()),
            diagnostics: Diagnostics::new(),
        })
    }

    async fn extend(&self, private: &[u8]) -> Result<(Option<SystemTime>, Diagnostics), Diagnostics> {
        let renewed = self.connection.require()?.renew_token(&id(private)?).await.map_err(|error| client_error(&error))?;
        let next = renew_at(&renewed, SystemTime::now());
        let last = match (next, renewed.expires_at) {
            (None, Some(end)) => {
                let detail = format!("Token {} ends at {end} and cannot be renewed beyond: give it a longer `ttl`.", renewed.id);
                Diagnostic::warning("The token was renewed for the last time", detail).into()
            }
            _ => Diagnostics::new(),
        };
        Ok((next, last))
    }

    async fn revoke(&self, private: &[u8]) -> Result<(), Diagnostics> {
        match self.connection.require()?.revoke_token(&id(private)?).await {
            Err(error) if !error.is_not_found() => Err(client_error(&error)),
            _ => Ok(()),
        }
    }
}

/// The id of the token that was opened.
fn id(private: &[u8]) -> Result<String, Diagnostics> {
    let id = String::from_utf8(private.to_vec()).ok().filter(|id| !id.is_empty());
    id.ok_or_else(|| Diagnostic::error("The token is not known", "What was kept of the opened token is no token's id.").into())
}

/// When a token that was just made or renewed has to be renewed again: a good while before its end, by this machine's clock alone.
/// None if it does not end, or can live no longer.
fn renew_at(token: &api::Token, now: SystemTime) -> Option<SystemTime> {
    let (ttl, end) = (token.ttl?, token.expires_at?);
    let last = token.created_at + ttl.max(TokenTerms::RENEWABLE_FOR);
    (end < last).then(|| now + two_thirds(ttl))
}

fn two_thirds(ttl: Span) -> Duration {
    ttl.to_std() * 2 / 3
}

#[cfg(test)]
mod tests {
    use hotswap_model::Timestamp;

    use super::*;

    fn token(ttl: &str, lives: u64) -> api::Token {
        serde_json::from_value(serde_json::json!({
            "id": "tok_1", "role": "viewer", "ttl": ttl, "hash": "a".repeat(64), "status": "active",
            "created_at": 0, "expires_at": Timestamp::from_micros(0) + Span::from_secs(lives),
        }))
        .unwrap()
    }

    #[test]
    fn a_token_is_renewed_before_it_ends_as_long_as_it_can_be() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let after = |token| renew_at(&token, now).map(|at| at.duration_since(now).unwrap().as_secs());
        assert_eq!(after(token("1h", 3_600)), Some(2_400));
        assert_eq!(after(token("1h", 24 * 3_600)), None, "it has its day");
        assert_eq!(after(token("48h", 48 * 3_600)), None);
    }
}
