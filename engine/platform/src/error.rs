//! From the errors of the rooms below to problems of the API.

use hotswap_api::{ErrorCode, Problem};
use hotswap_model::Faults;
use hotswap_store::{Kind, StoreError};

/// What a service gives: what was asked for, or the problem as the caller is told of it.
pub(crate) type Result<T> = std::result::Result<T, Problem>;

/// Store errors that a service didn't foresee. The names in them are the caller's own.
pub(crate) fn store(error: StoreError) -> Problem {
    if let StoreError::Unavailable { problem } = &error {
        tracing::warn!(problem, "the database server is not available");
        return Problem::new(ErrorCode::Unavailable, "the database is not available; if this was a change, it may have been made")
            .hint("try again; the server goes on by itself once its database does");
    }
    let code = match &error {
        StoreError::Conflict { .. } => ErrorCode::NameTaken,
        StoreError::Stale { .. } => ErrorCode::EtagMismatch,
        StoreError::NotFound { kind, .. } => match kind {
            Kind::Tenant => ErrorCode::TenantNotFound,
            Kind::Plugin => ErrorCode::PluginNotFound,
            Kind::Blob => ErrorCode::ComponentNotFound,
            Kind::PluginVersion => ErrorCode::VersionNotFound,
            Kind::Deployment | Kind::Revision => ErrorCode::DeploymentNotFound,
            Kind::Rollout | Kind::RolloutEvent => ErrorCode::RolloutNotFound,
            Kind::Token => ErrorCode::TokenNotFound,
            Kind::IdempotentAnswer | Kind::Secret => ErrorCode::NotFound,
        },
        StoreError::Busy | StoreError::DiskFull => ErrorCode::Unavailable,
        _ => ErrorCode::Internal,
    };
    if code == ErrorCode::Internal {
        return internal(&error);
    }
    let problem = Problem::new(code, error.to_string());
    match error {
        StoreError::Conflict { kind, .. } => problem.hint(format!("choose another name, or import the {kind} that has it")),
        StoreError::Stale { .. } => problem.hint("read it again and repeat the change"),
        _ => problem,
    }
}

/// A fault of ours: the log has the whole story, the answer none of its insides.
pub(crate) fn internal(error: &dyn std::error::Error) -> Problem {
    let mut story = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        story = format!("{story}: {inner}");
        source = inner.source();
    }
    tracing::error!(error = story, "a request failed inside");
    Problem::new(ErrorCode::Internal, "the server failed to do this; nothing was changed").hint("the server's log says why; try again")
}

/// What is wrong with a request's body, field by field.
pub(crate) fn invalid(what: impl std::fmt::Display, faults: Faults) -> Problem {
    Problem::new(ErrorCode::Invalid, format!("{what} is not valid")).errors(faults.into_vec())
}
