//! A plan as JSON text and back.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hotswap_lang::Val;
use hotswap_state::State;
use hotswap_value::{
    AttributePath, Number, Step, Type, Typed, Value,
    address::{ModulePath, ResourceBlock, ResourceInstance, Target},
};
use serde::{Deserialize, Serialize};

use super::SavedFiles;
use crate::{Action, CheckResult, CheckStatus, Mode, OutputChange, Plan, Reason, ResourceChange, schema_value::typed};

/// A plan with its configuration.
#[derive(Serialize, Deserialize)]
struct File {
    mode: Mode,
    timestamp: jiff::Timestamp,
    variables: BTreeMap<String, Kept>,
    given: BTreeMap<String, Kept>,
    #[serde(default)]
    ephemeral: BTreeSet<String>,
    /// States as they are in their own files.
    base: String,
    /// Nothing where it is the same as `base`.
    prior: Option<String>,
    changes: Vec<Change>,
    drift: Vec<Change>,
    outputs: BTreeMap<String, Output>,
    checks: Vec<Check>,
    targets: Vec<String>,
    replace: Vec<String>,
    notes: BTreeMap<String, Vec<String>>,
    summary: Vec<String>,
    errored: bool,
    files: SavedFiles,
}

#[derive(Serialize, Deserialize)]
struct Change {
    address: String,
    previous: Option<String>,
    deposed: Option<String>,
    provider: String,
    action: Action,
    reason: Option<Reason>,
    before: Plain,
    after: Plain,
    before_sensitive: Vec<Vec<PathStep>>,
    after_sensitive: Vec<Vec<PathStep>>,
    replace_paths: Vec<Vec<PathStep>>,
    private: String,
    importing: Option<String>,
    dependencies: Vec<Dependency>,
    create_before_destroy: bool,
}

#[derive(Serialize, Deserialize)]
struct Dependency {
    module: Vec<String>,
    resource: String,
}

#[derive(Serialize, Deserialize)]
struct Output {
    action: Action,
    before: Kept,
    after: Kept,
    sensitive: bool,
}

#[derive(Serialize, Deserialize)]
struct Check {
    object: String,
    status: CheckStatus,
    messages: Vec<String>,
}

/// A value of the language with its type and marks.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(rename = "type")]
    ty: serde_json::Value,
    value: Plain,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sensitive: Vec<Vec<PathStep>>,
}

/// A value, with what JSON has no form for.
#[derive(Serialize, Deserialize)]
enum Plain {
    #[serde(rename = "-")]
    Null,
    #[serde(rename = "?")]
    Unknown,
    #[serde(rename = "b")]
    Bool(bool),
    #[serde(rename = "n")]
    Number(String),
    #[serde(rename = "s")]
    String(String),
    #[serde(rename = "l")]
    List(Vec<Plain>),
    #[serde(rename = "e")]
    Set(Vec<Plain>),
    #[serde(rename = "m")]
    Map(BTreeMap<String, Plain>),
    #[serde(rename = "d")]
    Dynamic(serde_json::Value, Box<Plain>),
}

#[derive(Serialize, Deserialize)]
enum PathStep {
    #[serde(rename = "a")]
    Attribute(String),
    #[serde(rename = "k")]
    Key(String),
    #[serde(rename = "i")]
    Index(usize),
}

/// What is wrong with the text.
type Problem = String;

pub(super) fn to_text(plan: &Plan, files: SavedFiles) -> Result<String, Problem> {
    let base = state_text(&plan.base)?;
    let prior = if plan.prior == plan.base { None } else { Some(state_text(&plan.prior)?) };
    let output = |output: &OutputChange| Output {
        action: output.action,
        before: kept(&output.before),
        after: kept(&output.after),
        sensitive: output.sensitive,
    };
    let check = |check: &CheckResult| Check { object: check.object.clone(), status: check.status, messages: check.messages.clone() };
    let file = File {
        mode: plan.mode,
        timestamp: plan.timestamp,
        variables: kept_variables(&plan.variables, |_, value| !value.all_marks().ephemeral),
        given: kept_variables(&plan.given, |name, _| !plan.ephemeral.contains(name)),
        ephemeral: plan.ephemeral.iter().map(ToString::to_string).collect(),
        base,
        prior,
        changes: plan.changes.iter().map(change).collect(),
        drift: plan.drift.iter().map(change).collect(),
        outputs: plan.outputs.iter().map(|(name, change)| (name.to_string(), output(change))).collect(),
        checks: plan.checks.iter().map(check).collect(),
        targets: plan.targets.iter().map(ToString::to_string).collect(),
        replace: plan.replace.iter().map(ToString::to_string).collect(),
        notes: plan.notes.clone(),
        summary: plan.summary.clone(),
        errored: plan.errored,
        files,
    };
    serde_json::to_string(&file).map_err(|error| error.to_string())
}

pub(super) fn from_text(text: &str) -> Result<(Plan, SavedFiles), Problem> {
    let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let base = read_state(&file.base)?;
    let prior = match &file.prior {
        Some(prior) => read_state(prior)?,
        None => base.clone(),
    };
    let output = |(name, output): (String, Output)| {
        let change = OutputChange {
            action: output.action,
            before: read_kept(output.before)?,
            after: read_kept(output.after)?,
            sensitive: output.sensitive,
        };
        Ok::<_, Problem>((Arc::from(name), change))
    };
    let check = |check: Check| CheckResult { object: check.object, status: check.status, messages: check.messages };
    let values = |kept: BTreeMap<String, Kept>| {
        let value = |(name, value)| Ok::<_, Problem>((Arc::from(name), read_kept(value)?));
        kept.into_iter().map(value).collect::<Result<BTreeMap<_, _>, _>>()
    };
    let plan = Plan {
        mode: file.mode,
        timestamp: file.timestamp,
        variables: values(file.variables)?,
        given: values(file.given)?,
        ephemeral: file.ephemeral.into_iter().map(Arc::from).collect(),
        base,
        prior,
        changes: file.changes.into_iter().map(read_change).collect::<Result<_, _>>()?,
        drift: file.drift.into_iter().map(read_change).collect::<Result<_, _>>()?,
        outputs: file.outputs.into_iter().map(output).collect::<Result<_, _>>()?,
        checks: file.checks.into_iter().map(check).collect(),
        targets: file.targets.iter().map(|target| address::<Target>(target)).collect::<Result<_, _>>()?,
        replace: file.replace.iter().map(|object| address::<ResourceInstance>(object)).collect::<Result<_, _>>()?,
        notes: file.notes,
        summary: file.summary,
        errored: file.errored,
    };
    Ok((plan, file.files))
}

fn state_text(state: &State) -> Result<String, Problem> {
    let bytes = state.to_bytes().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn read_state(text: &str) -> Result<State, Problem> {
    State::from_slice(text.as_bytes()).map_err(|error| error.to_string())
}

fn address<A: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<A, Problem> {
    text.parse().map_err(|error: A::Err| error.to_string())
}

fn change(change: &ResourceChange) -> Change {
    let dependency = |block: &ResourceBlock| Dependency {
        module: block.module.0.iter().map(ToString::to_string).collect(),
        resource: block.resource.to_string(),
    };
    Change {
        address: change.address.to_string(),
        previous: change.previous.as_ref().map(ToString::to_string),
        deposed: change.deposed.clone(),
        provider: change.provider.clone(),
        action: change.action,
        reason: change.reason,
        before: plain(&change.before),
        after: plain(&change.after),
        before_sensitive: change.before_sensitive.iter().map(path).collect(),
        after_sensitive: change.after_sensitive.iter().map(path).collect(),
        replace_paths: change.replace_paths.iter().map(path).collect(),
        private: STANDARD.encode(&change.private),
        importing: change.importing.clone(),
        dependencies: change.dependencies.iter().map(dependency).collect(),
        create_before_destroy: change.create_before_destroy,
    }
}

fn read_change(change: Change) -> Result<ResourceChange, Problem> {
    let paths = |paths: Vec<Vec<PathStep>>| paths.into_iter().map(read_path).collect();
    let dependency = |dependency: Dependency| {
        let resource: ResourceInstance = address(&dependency.resource)?;
        Ok::<_, Problem>(ResourceBlock {
            module: ModulePath(dependency.module.into_iter().map(Arc::from).collect()),
            resource: resource.resource,
        })
    };
    Ok(ResourceChange {
        address: address(&change.address)?,
        previous: change.previous.as_deref().map(address).transpose()?,
        deposed: change.deposed,
        provider: change.provider,
        action: change.action,
        reason: change.reason,
        before: read_plain(change.before)?,
        after: read_plain(change.after)?,
        before_sensitive: paths(change.before_sensitive),
        after_sensitive: paths(change.after_sensitive),
        replace_paths: paths(change.replace_paths),
        private: STANDARD.decode(&change.private).map_err(|error| error.to_string())?,
        importing: change.importing,
        dependencies: change.dependencies.into_iter().map(dependency).collect::<Result<_, _>>()?,
        create_before_destroy: change.create_before_destroy,
    })
}

/// The variables that `may_be` kept.
fn kept_variables(variables: &BTreeMap<Arc<str>, Val>, may_be: impl Fn(&Arc<str>, &Val) -> bool) -> BTreeMap<String, Kept> {
    let lasting = variables.iter().filter(|(name, value)| may_be(name, value));
    lasting.map(|(name, value)| (name.to_string(), kept(value))).collect()
}

fn kept(value: &Val) -> Kept {
    let sensitive = value.sensitive_paths();
    let Typed { ty, value } = typed(value);
    Kept { ty: ty.to_json(), value: plain(&value), sensitive: sensitive.iter().map(path).collect() }
}

fn read_kept(kept: Kept) -> Result<Val, Problem> {
    let ty = Type::from_json(&kept.ty).map_err(|error| error.to_string())?;
    let value = Val::new(&read_plain(kept.value)?, &ty);
    Ok(kept.sensitive.into_iter().map(read_path).fold(value, |value, path| value.mark_at(path.steps())))
}

fn plain(value: &Value) -> Plain {
    match value {
        Value::Null => Plain::Null,
        Value::Unknown => Plain::Unknown,
        Value::Bool(truth) => Plain::Bool(*truth),
        Value::Number(number) => Plain::Number(number.to_string()),
        Value::String(text) => Plain::String(text.clone()),
        Value::List(elements) => Plain::List(elements.iter().map(plain).collect()),
        Value::Set(elements) => Plain::Set(elements.iter().map(plain).collect()),
        Value::Map(elements) => Plain::Map(elements.iter().map(|(key, value)| (key.clone(), plain(value))).collect()),
        Value::Dynamic(typed) => Plain::Dynamic(typed.ty.to_json(), Box::new(plain(&typed.value))),
    }
}

fn read_plain(value: Plain) -> Result<Value, Problem> {
    Ok(match value {
        Plain::Null => Value::Null,
        Plain::Unknown => Value::Unknown,
        Plain::Bool(truth) => Value::Bool(truth),
        Plain::Number(number) => Value::Number(number.parse::<Number>().map_err(|error| error.to_string())?),
        Plain::String(text) => Value::String(text),
        Plain::List(elements) => Value::List(elements.into_iter().map(read_plain).collect::<Result<_, _>>()?),
        Plain::Set(elements) => Value::Set(elements.into_iter().map(read_plain).collect::<Result<_, _>>()?),
        Plain::Map(elements) => {
            let elements = elements.into_iter().map(|(key, value)| Ok::<_, Problem>((key, read_plain(value)?)));
            Value::Map(elements.collect::<Result<_, _>>()?)
        }
        Plain::Dynamic(ty, value) => {
            let ty = Type::from_json(&ty).map_err(|error| error.to_string())?;
            Value::Dynamic(Box::new(Typed { ty, value: read_plain(*value)? }))
        }
    })
}

fn path(path: &AttributePath) -> Vec<PathStep> {
    let step = |step: &Step| match step {
        Step::Attribute(name) => PathStep::Attribute(name.clone()),
        Step::Key(key) => PathStep::Key(key.clone()),
        Step::Index(index) => PathStep::Index(*index),
    };
    path.steps().iter().map(step).collect()
}

fn read_path(path: Vec<PathStep>) -> AttributePath {
    let step = |step| match step {
        PathStep::Attribute(name) => Step::Attribute(name),
        PathStep::Key(key) => Step::Key(key),
        PathStep::Index(index) => Step::Index(index),
    };
    path.into_iter().map(step).collect()
}
