//! What the tests of every type need: plans and checks as a front end asks for them, with no server behind.

use std::collections::BTreeMap;
use std::sync::Arc;

use hotswap_sdk::plan::ChangeRequest;
use hotswap_sdk::schema::Kind;
use hotswap_sdk::{Attribute, Diagnostics, Mode, PlanResponse, Provider, Resource, Severity};
use hotswap_value::Value;
use proptest::strategy::Strategy;

use crate::{ProviderEnvironment, provider};

/// The provider, not configured, in an empty environment.
pub(crate) fn unconfigured() -> Arc<dyn Provider> {
    provider(ProviderEnvironment { variable: Box::new(|_| None), user_agent: "test/0".into() })
}

/// The resource type of this name.
pub(crate) fn resource(name: &str) -> Arc<dyn Resource> {
    unconfigured().resources()[name].clone()
}

/// An object of the type, the rest null.
pub(crate) fn block<const N: usize>(resource: &dyn Resource, attributes: [(&str, Value); N]) -> Value {
    resource.schema().ty().conform(Value::object(attributes)).unwrap()
}

/// A plan without a server.
pub(crate) async fn plan(resource: &dyn Resource, prior: Option<Value>, config: Value) -> PlanResponse {
    hotswap_sdk::plan::resource_change(resource, ChangeRequest { prior, config, private: vec![] }).await
}

/// Texts of a pattern as configurations and state have them: composed.
pub(crate) fn texts(pattern: &'static str) -> impl Strategy<Value = String> {
    pattern.prop_map(|text| Value::from(text).as_str().unwrap().to_owned())
}

/// The errors as `path: detail`.
pub(crate) fn errors(diagnostics: &Diagnostics) -> Vec<String> {
    of(diagnostics, Severity::Error)
}

/// The warnings as `path: detail`.
pub(crate) fn warnings(diagnostics: &Diagnostics) -> Vec<String> {
    of(diagnostics, Severity::Warning)
}

fn of(diagnostics: &Diagnostics, severity: Severity) -> Vec<String> {
    let of_severity = diagnostics.iter().filter(|told| told.severity == severity);
    of_severity.map(|told| format!("{}: {}", told.attribute.clone().unwrap_or_default(), told.detail)).collect()
}

/// Every attribute that has no description, by path.
fn undescribed(path: &str, attributes: &BTreeMap<String, Attribute>) -> Vec<String> {
    let each = attributes.iter().flat_map(|(name, attribute)| {
        let path = format!("{path}.{name}");
        let nested = match &attribute.kind {
            Kind::Plain(_) => Vec::new(),
            Kind::Nested(_, nested) => undescribed(&path, nested),
        };
        attribute.description.is_empty().then_some(path).into_iter().chain(nested)
    });
    each.collect()
}

#[test]
fn everything_is_described() {
    let provider = unconfigured();
    let resources = provider.resources().iter().map(|(name, resource)| (name.clone(), resource.schema().clone()));
    let data = provider.data_sources().iter().map(|(name, source)| (format!("data.{name}"), source.schema().clone()));
    let lists = provider.list_resources().iter().map(|(name, list)| (format!("list.{name}"), list.schema().clone()));
    let ephemeral = provider.ephemeral_resources().iter().map(|(name, resource)| (format!("ephemeral.{name}"), resource.schema().clone()));
    for (name, schema) in resources.chain(data).chain(lists).chain(ephemeral).chain([("provider".to_owned(), provider.schema().clone())]) {
        assert!(!schema.description.is_empty(), "{name} has no description");
        assert_eq!(undescribed(&name, &schema.attributes), Vec::<String>::new());
    }
}

#[test]
fn what_identifies_an_object_can_only_be_replaced() {
    let provider = unconfigured();
    for (name, resource) in provider.resources() {
        for part in resource.identity_schema().into_iter().flat_map(|schema| &schema.attributes) {
            let attribute = &resource.schema().attributes[&part.name];
            assert!(attribute.requires_replace && attribute.mode == Mode::Required, "{name}.{}", part.name);
        }
    }
    for name in provider.list_resources().keys() {
        assert!(provider.resources()[name].identity_schema().is_some(), "what is listed as {name} has no identity");
    }
}
