//! What can go wrong, as RFC 9457 problems (`application/problem+json`) with a stable code.

use std::fmt;

use hotswap_model::Fault;
use serde::{Deserialize, Serialize};

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI for the kind of problem: `urn:hotswap:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: String,
    /// The HTTP status, again.
    pub status: u16,
    /// What happened here: what and where.
    pub detail: String,
    /// Stable, for programs.
    pub code: ErrorCode,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Every fault of the request's body, each with its field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $title:literal;)*) => {
        /// The stable code of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name,)*];

            /// The code as it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(ErrorCode::$name => $text,)* }
            }

            /// The HTTP status it comes with.
            pub fn status(self) -> u16 {
                match self { $(ErrorCode::$name => $status,)* }
            }

            /// The kind of problem in a few words.
            pub fn title(self) -> &'static str {
                match self { $(ErrorCode::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The request cannot be read: not JSON, an unknown field, a wrong type.
    Malformed = "malformed", 400, "The request cannot be read";
    /// The request can be read, but asks for what cannot be.
    Invalid = "invalid", 422, "The request is not valid";
    /// No token, or a wrong one.
    Unauthorized = "unauthorized", 401, "No valid token";
    /// The token was one of this server's, and has expired or was revoked.
    TokenEnded = "token_ended", 401, "The token has ended";
    /// The token does not open this.
    Forbidden = "forbidden", 403, "The token does not allow this";
    /// No such path.
    NotFound = "not_found", 404, "There is nothing here";
    /// No tenant of that name or id.
    TenantNotFound = "tenant_not_found", 404, "Unknown tenant";
    /// No plugin of that name or id.
    PluginNotFound = "plugin_not_found", 404, "Unknown plugin";
    /// No such version of the plugin.
    VersionNotFound = "version_not_found", 404, "Unknown version";
    /// No such deployment.
    DeploymentNotFound = "deployment_not_found", 404, "Unknown deployment";
    /// No such rollout.
    RolloutNotFound = "rollout_not_found", 404, "Unknown rollout";
    /// The component was not uploaded.
    ComponentNotFound = "component_not_found", 404, "Unknown component";
    /// No such token, or it has ended.
    TokenNotFound = "token_not_found", 404, "Unknown token";
    /// Another token has the value.
    TokenTaken = "token_taken", 409, "Another token has this value";
    /// No values were sent for a version of secrets that is not kept.
    SecretsMissing = "secrets_missing", 422, "There are no secrets of that version";
    /// The name is in use.
    NameTaken = "name_taken", 409, "The name is taken";
    /// The number is published with other content.
    VersionConflict = "version_conflict", 409, "The version is published with other content";
    /// A version cannot go from its channel to that one.
    ChannelNotReachable = "channel_not_reachable", 409, "The version cannot go to that channel";
    /// The tenant still has deployments.
    TenantInUse = "tenant_in_use", 409, "The tenant still has deployments";
    /// The plugin still has versions or deployments.
    PluginInUse = "plugin_in_use", 409, "The plugin is still in use";
    /// It changed since it was read.
    EtagMismatch = "etag_mismatch", 412, "It was changed meanwhile";
    /// The idempotency key was used for another request.
    IdempotencyConflict = "idempotency_conflict", 409, "The idempotency key was used for another request";
    /// The bytes are not those of the digest.
    DigestMismatch = "digest_mismatch", 422, "The bytes do not have that digest";
    /// The bytes are no component.
    ComponentInvalid = "component_invalid", 422, "Not a WebAssembly component";
    /// The bytes that are kept are others than they were.
    ComponentDamaged = "component_damaged", 500, "The component is damaged";
    /// The component answers no requests.
    ComponentNoHandler = "component_no_handler", 422, "The component handles no HTTP requests";
    /// The component needs what no sandbox has.
    ImportNotGranted = "import_not_granted", 422, "The component needs what no sandbox has";
    /// The upload is too large.
    TooLarge = "too_large", 413, "The upload is too large";
    /// No published version satisfies the constraint.
    NoMatchingVersion = "no_matching_version", 422, "No version satisfies the constraint";
    /// What the plugin needs does not go together, or not with what runs for the tenant.
    DependencyConflict = "dependency_conflict", 422, "The dependencies do not go together";
    /// A plugin that is needed is not deployed for the tenant.
    DependencyMissing = "dependency_missing", 409, "A plugin that is needed is not deployed";
    /// The tenant's quota does not allow it.
    QuotaExceeded = "quota_exceeded", 409, "The tenant's quota is exceeded";
    /// The tenant changes its deployments too often.
    RateLimited = "rate_limited", 429, "Too many deployments";
    /// The tenant is suspended.
    TenantSuspended = "tenant_suspended", 409, "The tenant is suspended";
    /// The tenant may not run plugins of this category.
    CategoryNotAllowed = "category_not_allowed", 409, "The tenant may not run plugins of this category";
    /// The rollout is over.
    RolloutOver = "rollout_over", 409, "The rollout is over";
    /// Nobody is waited for.
    RolloutNotWaiting = "rollout_not_waiting", 409, "The rollout waits for nobody";
    /// It is not held.
    DeploymentNotHeld = "deployment_not_held", 409, "The deployment is not held";
    /// The server cannot just now.
    Unavailable = "unavailable", 503, "The server cannot answer just now";
    /// A fault of the server.
    Internal = "internal", 500, "The server failed";
}

impl Problem {
    /// A problem of this code.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:hotswap:problem:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            hint: None,
            errors: Vec::new(),
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with faults.
    #[must_use]
    pub fn errors(mut self, errors: Vec<Fault>) -> Self {
        self.errors = errors;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        for fault in &self.errors {
            write!(f, "\n  {fault}")?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\n\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}
