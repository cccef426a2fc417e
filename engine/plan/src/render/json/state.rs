//! A state in Terraform's format for programs, version 1.0, and the lists of objects by module that plans have too.

use std::collections::BTreeMap;

use hotswap_sdk::Schema;
use hotswap_state::{State, Status};
use hotswap_value::{
    AttributePath, Type, Value,
    address::{ModuleInstance, ResourceInstance},
    json,
};
use serde::Serialize;
use serde_json::{Value as Json, value::RawValue};

use super::{TERRAFORM_VERSION, address::Object, checks, to_text, values};
use crate::render::{Schemas, order, sensitive, sensitive::Paths};

#[derive(Debug, Serialize)]
pub(super) struct StateJson {
    format_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    terraform_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<ValuesJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<Vec<Json>>,
}

/// Outputs and objects.
#[derive(Debug, Default, Serialize)]
pub(super) struct ValuesJson {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) outputs: BTreeMap<String, OutputJson>,
    pub(super) root_module: ModuleJson,
}

#[derive(Debug, Serialize)]
pub(super) struct OutputJson {
    pub(super) sensitive: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Box<RawValue>>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) ty: Option<Json>,
}

/// The objects of a module, and of those within it.
#[derive(Debug, Default, Serialize)]
pub(super) struct ModuleJson {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<ResourceJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    child_modules: Vec<ModuleJson>,
}

#[derive(Debug, Serialize)]
pub(super) struct ResourceJson {
    #[serde(flatten)]
    pub(super) object: Object,
    pub(super) schema_version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) values: Option<Box<RawValue>>,
    pub(super) sensitive_values: Json,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) depends_on: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) tainted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) deposed_key: Option<String>,
}

/// What `show -json` prints of a state: one line, without a line break.
pub fn state(state: &State, schemas: &dyn Schemas) -> String {
    let json = StateJson { checks: state.check_results.as_ref().and_then(checks::stored), ..state_json(state, schemas) };
    to_text(&if state.is_empty() { nothing() } else { json })
}

fn nothing() -> StateJson {
    StateJson { format_version: "1.0", terraform_version: None, values: None, checks: None }
}

/// A state without its checks.
pub(super) fn state_json(state: &State, schemas: &dyn Schemas) -> StateJson {
    let mut resources = Vec::new();
    for (address, instance) in state.iter() {
        let provider = state.resources.get(&address.without_key()).map(|resource| resource.provider.as_str()).unwrap_or_default();
        let current = instance.current.iter().map(|object| (None, object));
        let deposed = instance.deposed.iter().map(|(key, object)| (Some(key.clone()), object));
        for (deposed_key, object) in current.chain(deposed) {
            let schema = schemas.schema(address.resource.mode, &address.resource.ty);
            let value = decode(object.attributes.as_str(), schema);
            let json = ResourceJson {
                object: Object::within_module(&address, provider),
                schema_version: object.schema_version,
                values: values::attributes(&value),
                sensitive_values: sensitive_values(&value, schema, &object.sensitive_attributes),
                depends_on: object.dependencies.iter().map(ToString::to_string).collect(),
                tainted: object.status == Status::Tainted,
                deposed_key,
            };
            resources.push((address.clone(), json));
        }
    }
    let output = |output: &hotswap_state::Output| OutputJson {
        sensitive: output.sensitive,
        value: values::raw(&output.value),
        ty: Some(if output.ty == Type::Dynamic { Type::of(&output.value) } else { output.ty.clone() }.to_json()),
    };
    let outputs = state.outputs.iter().map(|(name, value)| (name.clone(), output(value))).collect();
    StateJson {
        format_version: "1.0",
        terraform_version: Some(TERRAFORM_VERSION.to_owned()),
        values: Some(ValuesJson { outputs, root_module: modules(resources) }),
        checks: None,
    }
}

/// The attributes of an object as they are stored; what the schema no longer has is left out.
pub(super) fn decode(attributes: &str, schema: Option<&Schema>) -> Value {
    let by_schema = schema.and_then(|schema| json::decode_lenient(attributes.as_bytes(), &schema.ty()).ok());
    by_schema.or_else(|| json::from_text(attributes).ok()).unwrap_or_default()
}

/// What of an object is sensitive: by what it was made of (`marked`) and by its schema.
pub(super) fn sensitive_values(value: &Value, schema: Option<&Schema>, marked: &[AttributePath]) -> Json {
    let mut paths = marked.to_vec();
    paths.extend(schema.into_iter().flat_map(|schema| sensitive::by_schema(schema, value)));
    marked_values(value, schema, &paths)
}

/// What of an object is sensitive by what it was made of.
pub(super) fn marked_values(value: &Value, schema: Option<&Schema>, marked: &[AttributePath]) -> Json {
    values::sensitive(value, &schema.map_or_else(|| Type::Dynamic.into(), Schema::ty), &Paths::new(marked))
}

/// Objects by their modules, those within others' within them.
pub(super) fn modules(mut resources: Vec<(ResourceInstance, ResourceJson)>) -> ModuleJson {
    // A stable sort: a deposed object stays behind the current one.
    resources.sort_by(|(a, _), (b, _)| order::by_address(a, b));
    let mut by_module: BTreeMap<ModuleInstance, Vec<ResourceJson>> = BTreeMap::from([(ModuleInstance::root(), Vec::new())]);
    for (address, json) in resources {
        let mut module = address.module.clone();
        by_module.entry(module.clone()).or_default().push(json);
        while let Some(parent) = module.parent() {
            by_module.entry(parent.clone()).or_default();
            module = parent;
        }
    }
    // The longest first, so that each is whole when it is put into the one around it.
    let mut order: Vec<ModuleInstance> = by_module.keys().cloned().collect();
    order.sort_by_key(|module| std::cmp::Reverse(module.0.len()));
    let mut children: BTreeMap<ModuleInstance, Vec<ModuleJson>> = BTreeMap::new();
    let mut root = ModuleJson::default();
    for module in order {
        let json = ModuleJson {
            resources: by_module.remove(&module).unwrap_or_default(),
            address: (!module.is_root()).then(|| module.to_string()),
            child_modules: children.remove(&module).unwrap_or_default(),
        };
        match module.parent() {
            Some(parent) => children.entry(parent).or_default().push(json),
            None => root = json,
        }
    }
    root
}
