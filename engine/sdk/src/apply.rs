//! Carrying out the plan for one object: which of create, update and delete it is, and what stays when it fails.

use hotswap_value::Value;

use crate::{ApplyResponse, CreateRequest, DeleteRequest, Operation, Resource, UpdateRequest, state::conform};

/// A planned change of one object.
#[derive(Debug, Clone)]
pub struct ApplyRequest {
    /// The object as last seen; `None` to create it.
    pub prior: Option<Value>,
    /// The plan; `None` to delete it.
    pub planned: Option<Value>,
    /// The configuration, with write-only values; null on delete.
    pub config: Value,
    /// What the plan put aside.
    pub private: Vec<u8>,
    /// The operation this is.
    pub operation: Operation,
}

/// Carries it out. The state returned is what exists now, also with errors; `None` if nothing does.
pub async fn resource_change(resource: &dyn Resource, request: ApplyRequest) -> ApplyResponse {
    let ApplyRequest { prior, planned, config, private, operation } = request;
    let kept = private.clone();
    let mut response = match (prior.clone(), planned) {
        (None, None) => ApplyResponse::default(),
        (None, Some(planned)) => resource.create(CreateRequest { planned, config, private, operation }).await,
        (Some(prior), Some(planned)) => resource.update(UpdateRequest { prior, planned, config, private, operation }).await,
        (Some(prior), None) => {
            let diagnostics = resource.delete(DeleteRequest { prior, private, operation }).await;
            ApplyResponse { diagnostics, ..ApplyResponse::default() }
        }
    };
    match conform(resource.schema(), response.state.take()) {
        Ok(state) => response.state = state,
        Err(diagnostic) => response.diagnostics.push(diagnostic),
    }
    if response.diagnostics.has_errors() {
        match response.state.take() {
            Some(state) => response.state = Some(state.unknown_as_null()),
            None => (response.state, response.private) = (prior, kept),
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Diagnostic, test_thing::Thing};

    fn object(name: &str) -> Value {
        Value::object([("id", Value::from("1")), ("name", name.into()), ("value", Value::Unknown)])
    }

    fn failing(state: Option<Value>) -> Thing {
        Thing { fails: Some(ApplyResponse { state, diagnostics: Diagnostic::error("Boom", "").into(), private: vec![] }) }
    }

    fn request(prior: Option<Value>, planned: Option<Value>) -> ApplyRequest {
        ApplyRequest { prior, planned, config: Value::Null, private: vec![7], operation: Operation::default() }
    }

    #[tokio::test]
    async fn a_failed_create_leaves_what_exists_and_nothing_unknown() {
        let response = resource_change(&failing(Some(object("a"))), request(None, Some(object("a")))).await;
        assert_eq!(response.state.map(|state| state.get("value").clone()), Some(Value::Null));
        let response = resource_change(&failing(None), request(None, Some(object("a")))).await;
        assert_eq!(response.state, None);
    }

    #[tokio::test]
    async fn a_failed_update_or_delete_leaves_the_object_as_it_was() {
        let prior = object("a").with("value", "A");
        let response = resource_change(&failing(None), request(Some(prior.clone()), Some(object("b")))).await;
        assert_eq!((response.state, response.private), (Some(prior.clone()), vec![7]));
        let response = resource_change(&failing(None), request(Some(prior.clone()), None)).await;
        assert_eq!(response.state, Some(prior));
    }

    #[tokio::test]
    async fn a_secret_that_came_back_is_not_kept() {
        let planned = object("a").with("secret", "hush");
        let response = resource_change(&Thing::default(), request(None, Some(planned))).await;
        assert!(response.state.unwrap().get("secret").is_null());
    }
}
