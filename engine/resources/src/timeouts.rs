//! `timeouts`: how long an operation on a resource may take, all its calls and their retries together.

use std::time::Duration;

use hotswap_model::Span;
use hotswap_sdk::Attribute;
use hotswap_sdk::schema::attribute::{single, string};
use hotswap_value::Value;

use crate::check::span;

/// What `timeouts` is called in a block. Only the configuration knows it: the platform is told nothing of it.
pub(crate) const NAME: &str = "timeouts";

/// What is done to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limited {
    Create,
    Read,
    Update,
    Delete,
}

impl Limited {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// The attribute of a resource that is made, read, changed and ended by short calls.
pub(crate) fn attribute() -> Attribute {
    let limit = |what: &str| string().validate(span()).describe(format!("How long {what} may take, such as `\"5m\"`."));
    single([
        ("create", limit("making it")),
        ("read", limit("reading it")),
        ("update", limit("changing it")),
        ("delete", limit("ending it")),
    ])
    .describe(
        "How long an operation may take, its retries included. With a time of your own a server that is not there, or has no time, is asked \
         again until it is over. Default: a minute for each call, and two seconds for a server that is not there.",
    )
}

/// What a block allows an operation to take; absent: nothing is said, or not known yet.
pub(crate) fn limit(block: &Value, operation: Limited) -> Option<Duration> {
    block.get(NAME).get(operation.name()).as_str().and_then(|text| text.parse::<Span>().ok()).map(Span::to_std)
}

/// The object as the platform tells it, with the times of `block`.
pub(crate) fn kept(block: &Value, state: Value) -> Value {
    state.with(NAME, block.get(NAME).clone())
}
