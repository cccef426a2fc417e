//! The configuration as a plan's JSON tells it: every module's blocks, with what their expressions are or refer to.

use std::collections::BTreeMap;

use hotswap_lang::{
    ast::{Body, Expr},
    config::{Call, Config, DependsOn, Module, Output, ProviderConfig, ProviderName, Repeat, Resource, Variable},
    convert::convert_to_constraint,
};
use hotswap_value::address::{ModulePath, ResourceMode};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{address::mode, constant, references, values};
use crate::render::Schemas;

/// The whole configuration.
#[derive(Debug, Serialize)]
pub(super) struct ConfigurationJson {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    provider_config: BTreeMap<String, ProviderJson>,
    root_module: ModuleJson,
}

#[derive(Debug, Serialize)]
struct ProviderJson {
    name: String,
    full_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_constraint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    module_address: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    expressions: BTreeMap<String, ExpressionsJson>,
}

#[derive(Debug, Default, Serialize)]
struct ModuleJson {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    outputs: BTreeMap<String, OutputJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<ResourceJson>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    module_calls: BTreeMap<String, CallJson>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    variables: BTreeMap<String, VariableJson>,
}

#[derive(Debug, Serialize)]
struct OutputJson {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
    expression: ExpressionJson,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

#[derive(Debug, Serialize)]
struct ResourceJson {
    address: String,
    mode: &'static str,
    #[serde(rename = "type")]
    ty: String,
    name: String,
    provider_config_key: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    expressions: BTreeMap<String, ExpressionsJson>,
    schema_version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    count_expression: Option<ExpressionJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    for_each_expression: Option<ExpressionJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
}

#[derive(Debug, Serialize)]
struct CallJson {
    source: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    expressions: BTreeMap<String, ExpressionsJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count_expression: Option<ExpressionJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    for_each_expression: Option<ExpressionJson>,
    module: ModuleJson,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<String>,
}

#[derive(Debug, Serialize)]
struct VariableJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
}

/// An expression: its value if it has one by itself, else what it refers to.
#[derive(Debug, Default, Serialize)]
struct ExpressionJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    constant_value: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<String>,
}

/// What an attribute or a block's name stands for.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ExpressionsJson {
    One(ExpressionJson),
    Blocks(Vec<BTreeMap<String, ExpressionsJson>>),
}

/// The configuration of a plan.
pub(super) fn json(config: &Config, schemas: &dyn Schemas) -> ConfigurationJson {
    ConfigurationJson { provider_config: providers(config), root_module: module(config, config.root(), schemas) }
}

fn module(config: &Config, module: &Module, schemas: &dyn Schemas) -> ModuleJson {
    // What is only open for a run is not among them.
    let mut resources: Vec<&Resource> =
        module.resources.values().filter(|resource| resource.name.mode != ResourceMode::Ephemeral).collect();
    // What is managed comes first here, unlike among changes.
    resources.sort_by_key(|resource| (resource.name.mode == ResourceMode::Data, resource.name.to_string()));
    ModuleJson {
        outputs: module.outputs.iter().map(|(name, value)| (name.to_string(), output(config, value))).collect(),
        resources: resources.into_iter().map(|resource| self::resource(config, module, resource, schemas)).collect(),
        module_calls: module.calls.iter().map(|(name, value)| (name.to_string(), call(config, module, value, schemas))).collect(),
        variables: module.variables.iter().map(|(name, value)| (name.to_string(), variable(value))).collect(),
    }
}

fn output(config: &Config, output: &Output) -> OutputJson {
    OutputJson {
        sensitive: output.sensitive,
        expression: expression(&output.value),
        depends_on: depends_on(config, &output.depends_on),
        description: output.description.clone().filter(|text| !text.is_empty()),
    }
}

fn resource(config: &Config, module: &Module, resource: &Resource, schemas: &dyn Schemas) -> ResourceJson {
    let (count_expression, for_each_expression) = repeat(&resource.repeat);
    let (path, provider) = configured(config, &module.path, &resource.provider);
    ResourceJson {
        address: resource.name.to_string(),
        mode: mode(resource.name.mode),
        ty: resource.name.ty.to_string(),
        name: resource.name.name.to_string(),
        provider_config_key: key(&path, &provider),
        expressions: expressions(&resource.body),
        schema_version: schemas.schema(resource.name.mode, &resource.name.ty).map_or(0, |schema| schema.version),
        count_expression,
        for_each_expression,
        depends_on: depends_on(config, &resource.depends_on),
    }
}

fn call(config: &Config, outer: &Module, call: &Call, schemas: &dyn Schemas) -> CallJson {
    let (count_expression, for_each_expression) = repeat(&call.repeat);
    let arguments = call.arguments.iter().map(|(name, argument)| (name.to_string(), ExpressionsJson::One(expression(&argument.value))));
    let inner = config.modules.get(&outer.path.child(&call.name));
    CallJson {
        source: call.source.clone(),
        expressions: arguments.collect(),
        count_expression,
        for_each_expression,
        module: inner.map(|inner| module(config, inner, schemas)).unwrap_or_default(),
        depends_on: depends_on(config, &call.depends_on),
    }
}

fn variable(variable: &Variable) -> VariableJson {
    let default = variable.default.as_ref().and_then(constant::value).and_then(|value| {
        let value = convert_to_constraint(&value, &variable.ty).unwrap_or(value);
        values::raw(&value.to_value())
    });
    VariableJson { default, description: variable.description.clone().filter(|text| !text.is_empty()), sensitive: variable.sensitive }
}

fn expressions(body: &Body) -> BTreeMap<String, ExpressionsJson> {
    let mut all: BTreeMap<String, ExpressionsJson> = BTreeMap::new();
    for attribute in &body.attributes {
        all.insert(attribute.name.to_string(), ExpressionsJson::One(expression(&attribute.value)));
    }
    for block in &body.blocks {
        let entry = all.entry(block.ty.to_string()).or_insert_with(|| ExpressionsJson::Blocks(Vec::new()));
        if let ExpressionsJson::Blocks(blocks) = entry {
            blocks.push(expressions(&block.body));
        }
    }
    all
}

fn expression(expr: &Expr) -> ExpressionJson {
    let references = references::texts(expr);
    let constant = if references.is_empty() { constant::value(expr) } else { None };
    ExpressionJson { constant_value: constant.and_then(|value| values::raw(&value.to_value())), references }
}

/// `count` and `for_each`; one that is neither constant nor refers to anything is left out.
fn repeat(repeat: &Repeat) -> (Option<ExpressionJson>, Option<ExpressionJson>) {
    let told = |expr: &Expr| Some(expression(expr)).filter(|json| json.constant_value.is_some() || !json.references.is_empty());
    match repeat {
        Repeat::Once => (None, None),
        Repeat::Count(expr) => (told(expr), None),
        Repeat::ForEach(expr) => (None, told(expr)),
    }
}

/// As it is written, keys included, where that can be read off.
fn depends_on(config: &Config, depends_on: &[DependsOn]) -> Vec<String> {
    let text = |on: &DependsOn| {
        let (written, subject) = (config.sources.text(on.range).trim_matches('"'), on.subject.to_string());
        let keyed = written.strip_prefix(&*subject).is_some_and(|key| key.starts_with('[') && key.ends_with(']'));
        if keyed { written.to_owned() } else { subject }
    };
    depends_on.iter().map(text).collect()
}

/// Every provider's configuration in use: those written, and those of the root module that need none.
fn providers(config: &Config) -> BTreeMap<String, ProviderJson> {
    let mut all = BTreeMap::new();
    for (path, module) in &config.modules {
        for (name, block) in &module.providers {
            all.insert(key(path, name), provider(path, module, name, Some(block)));
        }
    }
    let root = config.root();
    let required = root.required_providers.keys().map(|name| ProviderName { name: name.clone(), alias: None });
    let used = config.modules.values().flat_map(|module| module.resources.values().map(move |resource| (module, resource)));
    let used = used.map(|(module, resource)| configured(config, &module.path, &resource.provider));
    for name in required.chain(used.filter(|(path, _)| path.is_root()).map(|(_, name)| name)) {
        all.entry(key(&root.path, &name)).or_insert_with(|| provider(&root.path, root, &name, None));
    }
    all
}

fn provider(path: &ModulePath, module: &Module, name: &ProviderName, block: Option<&ProviderConfig>) -> ProviderJson {
    let required = module.required_providers.get(&name.name);
    let full_name = match required {
        Some(required) => required.source.clone(),
        None if &*name.name == "terraform" => "terraform.io/builtin/terraform".to_owned(),
        None => format!("registry.terraform.io/hashicorp/{}", name.name),
    };
    ProviderJson {
        name: name.name.to_string(),
        full_name,
        alias: name.alias.as_deref().map(str::to_owned),
        version_constraint: required.and_then(|required| required.version.clone()),
        module_address: (!path.is_root()).then(|| path.to_string()),
        expressions: block.map(|block| expressions(&block.body)).unwrap_or_default(),
    }
}

/// Where the configuration is that a module calls by this name: in the module itself, or passed or left to it by those around it.
fn configured(config: &Config, path: &ModulePath, name: &ProviderName) -> (ModulePath, ProviderName) {
    let written = config.modules.get(path).is_some_and(|module| module.providers.contains_key(name));
    let Some((call, outer)) = path.0.split_last().filter(|_| !written) else { return (path.clone(), name.clone()) };
    let outer = ModulePath(outer.to_vec());
    let passed = config.modules.get(&outer).and_then(|module| module.calls.get(call)).and_then(|call| call.providers.get(name));
    configured(config, &outer, passed.unwrap_or(name))
}

/// `hotswap`, `hotswap.eu`, `module.m:hotswap`.
fn key(path: &ModulePath, name: &ProviderName) -> String {
    let alias = name.alias.as_deref().map(|alias| format!(".{alias}")).unwrap_or_default();
    let name = format!("{}{alias}", name.name);
    if path.is_root() { name } else { format!("{path}:{name}") }
}
