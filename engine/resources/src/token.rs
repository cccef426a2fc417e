//! `hotswap_token`: what opens the API for somebody else. The value is the user's own and is seen by neither plan nor state.

pub(crate) mod ephemeral;

use std::sync::Arc;

use hotswap_api as api;
use hotswap_model::{Digest, Role, Span, TenantName, TokenId, TokenStatus, TokenTerms};
use hotswap_sdk::schema::attribute::{number, string};
use hotswap_sdk::validators::{length, one_of, whole_number};
use hotswap_sdk::{
    ApplyResponse, Attribute, CreateRequest, DeleteRequest, Diagnostic, Diagnostics, ImportRequest, ImportResponse, PlanRequest,
    PlanResponse, ReadRequest, ReadResponse, Resource, Schema, UpdateRequest, async_trait,
};
use hotswap_value::Value;

use crate::answer;
use crate::check::{reads_as, span};
use crate::connection::Connection;
use crate::diagnose::{client_error, faults, sentence};
use crate::meaning::{Meaning, Meanings, keep};
use crate::object::Object;
use crate::timeouts::{self, Limited};

/// Texts that may differ and mean the same.
const MEANINGS: Meanings = &[(&["ttl"], Meaning::Span)];

/// The roles as they are written.
const ROLES: &[&str] = &["admin", "operator", "viewer"];

/// The fewest characters of a value: what is made at random in that length is not guessed from its hash.
const SHORTEST_VALUE: usize = 32;

/// The resource type.
pub(crate) fn resource(connection: Arc<Connection>) -> Arc<dyn Resource> {
    Arc::new(Token { schema: schema(), connection })
}

struct Token {
    schema: Schema,
    connection: Arc<Connection>,
}

fn schema() -> Schema {
    let description = "A token that opens the API, for a machine or a person beside the administrator. The platform keeps only the hash of its \
                       value, and so does the state.\n\n\
                       The value is yours: make it at random, keep it where you keep secrets, and give it as `value`, which is write-only. It is \
                       not made here, since whatever a resource computes stands in the state for good. For a token that only has to last as \
                       long as a run, use the ephemeral resource of the same name, whose value is made by the platform.\n\n\
                       A token that expired or was revoked is made anew by the next apply, and the plan says why.";
    Schema::new(0, description)
        .attribute("id", string().computed().describe("Given by the platform, such as `tok_…`. Names the token and opens nothing."))
        .attribute("role", role())
        .attribute("tenant", tenant())
        .attribute("description", description_attribute())
        .attribute(
            "ttl",
            string().validate(span()).describe(
                "How long it is good for, from when it is made, `ttl` changes or `rotate` is raised: `1s` to `8784h`. Default: until it is revoked.",
            ),
        )
        .attribute(
            "value",
            string().required().write_only().sensitive().validate(length(SHORTEST_VALUE..=512)).describe(
                "The token itself: at least 32 characters, made at random, such as by `openssl rand -base64 32`. Only its hash leaves this machine. \
                 Another value is taken when `rotate` is raised, and passed over until then.",
            ),
        )
        .attribute(
            "rotate",
            number().default(0).validate(whole_number(0..=i64::MAX)).describe(
                "Raise it to have the present `value` taken in place of the old one, which opens nothing from then on. Default: 0.",
            ),
        )
        .attribute("hash", string().computed().describe("SHA-256 of the value, in hexadecimal digits."))
        .attribute("created_at", string().computed().describe("When it was made, as RFC 3339 has it."))
        .attribute("expires_at", string().computed().describe("When it ends by itself, as RFC 3339 has it; null if it does not."))
        .attribute(timeouts::NAME, timeouts::attribute())
}

fn role() -> Attribute {
    string().required().requires_replace().validate(one_of(ROLES)).describe(
        "How much it opens: `admin` (everything, tokens and tenants included), `operator` (reads, and changes plugins, versions and deployments) \
         or `viewer` (reads). Changing it makes a new token.",
    )
}

fn tenant() -> Attribute {
    string().requires_replace().validate(reads_as::<TenantName>("A name")).describe(
        "The name of the one tenant it is for: others are not there for it, and what is everybody's (plugins, versions, tenants and their quotas) \
         it does not change. It ends with the tenant. Changing it makes a new token. Default: it is for all tenants.",
    )
}

fn description_attribute() -> Attribute {
    string().validate(length(0..=TokenTerms::MAX_DESCRIPTION)).describe("For people, at most 256 characters.")
}

/// Role and tenant of a block.
fn scope(block: &Object<'_>) -> (Role, Option<String>) {
    let role = block.text("role").and_then(|text| Role::ALL.into_iter().find(|role| role.as_str() == text));
    (role.unwrap_or(Role::Viewer), block.text("tenant"))
}

fn terms(block: &Object<'_>) -> Result<TokenTerms, Diagnostic> {
    Ok(TokenTerms { description: block.text("description"), ttl: block.parse::<Span>("ttl")? })
}

/// The token as the block shows it.
fn state(token: &api::Token) -> Value {
    Value::object([
        ("id", Value::from(token.id.as_str())),
        ("role", token.role.as_str().into()),
        ("tenant", token.tenant.as_ref().map(TenantName::as_str).into()),
        ("description", token.description.clone().into()),
        ("ttl", token.ttl.map(|ttl| ttl.to_string()).into()),
        ("hash", token.hash.to_string().into()),
        ("created_at", token.created_at.to_string().into()),
        ("expires_at", token.expires_at.map(|end| end.to_string()).into()),
    ])
}

/// The same with what only the configuration knows, and the texts as they were written in `block`.
fn state_like(block: &Value, token: &api::Token) -> Value {
    keep(MEANINGS, block, timeouts::kept(block, state(token)).with("rotate", block.get("rotate").clone()))
}

/// The hash of the value a configuration gives.
fn hash(config: &Value) -> Option<Digest> {
    config.get("value").as_str().map(|value| Digest::of(value.as_bytes()))
}

#[async_trait]
impl Resource for Token {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        match terms(&Object::root(config)) {
            Ok(terms) => terms.validate().err().map(|found| faults(config, found.iter())).unwrap_or_default(),
            Err(diagnostic) => diagnostic.into(),
        }
    }

    async fn plan(&self, mut request: PlanRequest) -> PlanResponse {
        if let Some(prior) = &request.prior {
            request.proposed = keep(MEANINGS, prior, request.proposed);
        }
        let (issued, rotates) = (request.is_create() || request.changes("ttl"), request.is_create() || request.changes("rotate"));
        if rotates {
            request.proposed.set_attribute("hash", Value::Unknown);
        }
        if issued || rotates {
            let ends = if request.proposed.get("ttl").is_null() { Value::Null } else { Value::Unknown };
            request.proposed.set_attribute("expires_at", ends);
        }
        request.into()
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        answer::applied(self.make(&request).await)
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        match self.find(&request.state).await {
            Ok(Found::Live(state)) => ReadResponse { state: Some(state), ..ReadResponse::default() },
            Ok(Found::Ended(why)) => ReadResponse { diagnostics: why.into(), ..ReadResponse::default() },
            Err(diagnostics) => ReadResponse { diagnostics, ..ReadResponse::default() },
        }
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        answer::applied(self.change(request).await)
    }

    async fn delete(&self, request: DeleteRequest) -> Diagnostics {
        match self.connection.during(&request.operation, &request.prior, Limited::Delete) {
            Ok(client) => answer::deleted(client.revoke_token(id(&request.prior)).await),
            Err(diagnostics) => diagnostics,
        }
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        answer::imported(self.named(&request.id).await)
    }
}

fn id(block: &Value) -> &str {
    block.get("id").as_str().unwrap_or_default()
}

/// What a read found.
enum Found {
    Live(Value),
    /// It has to be made anew: why.
    Ended(Diagnostic),
}

impl Token {
    async fn make(&self, request: &CreateRequest) -> Result<Value, Diagnostics> {
        let client = self.connection.during(&request.operation, &request.planned, Limited::Create)?;
        let block = Object::root(&request.planned);
        let ((role, tenant), TokenTerms { description, ttl }) = (scope(&block), terms(&block)?);
        let wanted = api::TokenRequest { role, tenant, ttl, description, hash: hash(&request.config) };
        let made = client.create_token(&wanted).await;
        made.map(|made| state_like(&request.planned, &made.info)).map_err(|error| client_error(&error))
    }

    async fn find(&self, block: &Value) -> Result<Found, Diagnostics> {
        let ended = |what: String| {
            let detail = format!("{} The next apply makes a new token with the `value` that is configured then.", sentence(what));
            Ok(Found::Ended(Diagnostic::warning("The token has ended", detail)))
        };
        match self.connection.within(block, Limited::Read)?.get_token(id(block)).await {
            Ok(token) => match (token.status, token.expires_at) {
                (TokenStatus::Active, _) => Ok(Found::Live(state_like(block, &token))),
                (TokenStatus::Expired, Some(end)) => ended(format!("token {} expired at {end}", token.id)),
                _ => ended(format!("token {} was revoked by somebody else", token.id)),
            },
            Err(error) if error.is_not_found() => ended(format!("there is no token {} any more", id(block))),
            Err(error) => Err(client_error(&error)),
        }
    }

    async fn change(&self, request: UpdateRequest) -> Result<Value, Diagnostics> {
        let UpdateRequest { prior, planned, config, operation, .. } = request;
        let changes = |name: &str| prior.get(name) != planned.get(name);
        if !["description", "ttl", "rotate"].iter().any(|name| changes(name)) {
            // Other times, which the platform does not know.
            return Ok(planned);
        }
        let TokenTerms { description, ttl } = terms(&Object::root(&planned))?;
        let change = api::TokenChange { ttl, description, hash: hash(&config).filter(|_| changes("rotate")) };
        let client = self.connection.during(&operation, &planned, Limited::Update)?;
        let changed = client.change_token(id(&planned), &change).await;
        changed.map(|token| state_like(&planned, &token)).map_err(|error| client_error(&error))
    }

    /// The token with this id.
    async fn named(&self, id: &str) -> Result<Value, Diagnostics> {
        if id.parse::<TokenId>().is_err() {
            return Err(answer::bad_import_id(format!("{id:?} is not the id of a token, such as \"tok_…\".")));
        }
        let token = self.connection.require()?.get_token(id).await.map_err(|error| client_error(&error))?;
        if token.status != TokenStatus::Active {
            let detail = format!("Token {id} has ended. Declare it without an import to have a new one made.");
            return Err(Diagnostic::error("The token has ended", detail).into());
        }
        Ok(state(&token).with("rotate", 0))
    }
}

#[cfg(test)]
mod tests;
