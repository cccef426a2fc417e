//! Planning the change of one object: the schema's proposal, the resource's word on it, and what follows for replacement.

mod proposal;
mod replacement;

use hotswap_value::Value;

pub use self::proposal::propose;
use crate::{PlanRequest, PlanResponse, Resource};

/// What a front end knows when it asks for a plan.
#[derive(Debug, Clone)]
pub struct ChangeRequest {
    /// The object as last seen; `None` if it is to be created.
    pub prior: Option<Value>,
    /// The configuration, of the schema's type.
    pub config: Value,
    /// What was put aside with the object.
    pub private: Vec<u8>,
}

/// Plans a create or an update; a destroy needs no plan.
///
/// `requires_replace` is empty on create and names only attributes whose planned value differs from the prior one.
pub async fn resource_change(resource: &dyn Resource, request: ChangeRequest) -> PlanResponse {
    let ChangeRequest { prior, config, private } = request;
    let schema = resource.schema();
    let ty = schema.ty();
    let proposed = match ty.conform(propose(schema, prior.as_ref(), &config)) {
        Ok(proposed) => proposed,
        Err(error) => return PlanResponse { diagnostics: crate::Diagnostic::from(error).into(), ..PlanResponse::default() },
    };
    let mut response = resource.plan(PlanRequest { prior: prior.clone(), config, proposed, private }).await;
    if response.diagnostics.has_errors() {
        return response;
    }
    match ty.conform(std::mem::take(&mut response.planned)) {
        Ok(planned) => response.planned = schema.without_write_only(planned),
        Err(error) => {
            response.diagnostics.push(error.into());
            return response;
        }
    }
    let asked = std::mem::take(&mut response.requires_replace);
    if let Some(prior) = &prior {
        response.requires_replace = replacement::paths(&schema.attributes, prior, &response.planned, asked);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_thing::Thing;

    async fn plan(prior: Option<Value>, config: Value) -> PlanResponse {
        let thing = Thing::default();
        let ty = thing.schema().ty();
        let prior = prior.map(|prior| ty.conform(prior).unwrap());
        let config = ty.conform(config).unwrap();
        resource_change(&thing, ChangeRequest { prior, config, private: vec![] }).await
    }

    fn existing() -> Value {
        Value::object([("id", Value::from("1")), ("name", "a".into()), ("value", "A".into()), ("size", 3.into())])
    }

    #[tokio::test]
    async fn a_create_plans_defaults_and_leaves_the_rest_to_apply() {
        let planned = plan(None, Value::object([("name", "a"), ("secret", "hush")])).await.planned;
        assert_eq!(planned.get("size").as_i64(), Some(3));
        assert!(planned.get("id").is_unknown() && planned.get("value").is_unknown());
        assert!(planned.get("secret").is_null());
    }

    #[tokio::test]
    async fn the_same_configuration_plans_the_prior_object() {
        let response = plan(Some(existing()), Value::object([("name", "a")])).await;
        assert_eq!(response.planned, Thing::default().schema().ty().conform(existing()).unwrap());
        assert_eq!(response.requires_replace, []);
    }

    #[tokio::test]
    async fn a_removed_line_goes_back_to_the_default() {
        let response = plan(Some(existing().with("size", 9)), Value::object([("name", "a")])).await;
        assert_eq!(response.planned.get("size").as_i64(), Some(3));
        assert_eq!(response.planned.get("id").as_str(), Some("1"));
    }

    #[tokio::test]
    async fn a_flagged_attribute_asks_for_replacement_when_it_changes_or_may() {
        for name in [Value::from("b"), Value::Unknown] {
            let response = plan(Some(existing()), Value::object([("name", name)])).await;
            assert_eq!(response.requires_replace, ["name".into()]);
        }
        assert_eq!(plan(None, Value::object([("name", "b")])).await.requires_replace, []);
    }
}
