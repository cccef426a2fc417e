//! A plan in Terraform's format for programs, version 1.2.

use std::collections::BTreeMap;

use hotswap_lang::config::Config;
use hotswap_sdk::Schema;
use hotswap_value::{AttributePath, Step, Type, Value};
use serde::Serialize;
use serde_json::{Value as Json, value::RawValue};

use super::{
    TERRAFORM_VERSION,
    address::Object,
    checks,
    configuration::{self, ConfigurationJson},
    state::{OutputJson, ResourceJson, StateJson, ValuesJson, marked_values, modules, sensitive_values, state_json},
    to_text, values,
};
use crate::{
    Action, OutputChange, Plan, Reason, ResourceChange,
    render::{
        Schemas, order, relevant,
        sensitive::{self, Paths},
    },
};

#[derive(Debug, Serialize)]
struct PlanJson {
    format_version: &'static str,
    terraform_version: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    variables: BTreeMap<String, VariableJson>,
    planned_values: ValuesJson,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_drift: Vec<ChangeOf>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_changes: Vec<ChangeOf>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    output_changes: BTreeMap<String, ChangeJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prior_state: Option<StateJson>,
    configuration: ConfigurationJson,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    relevant_attributes: Vec<Json>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<Json>,
    timestamp: String,
    applyable: bool,
    complete: bool,
    errored: bool,
}

#[derive(Debug, Serialize)]
struct VariableJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Box<RawValue>>,
}

#[derive(Debug, Serialize)]
struct ChangeOf {
    #[serde(flatten)]
    object: Object,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposed: Option<String>,
    change: ChangeJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_reason: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct ChangeJson {
    actions: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Box<RawValue>>,
    after_unknown: Json,
    before_sensitive: Json,
    after_sensitive: Json,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replace_paths: Vec<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    importing: Option<Json>,
}

/// What `show -json` prints of a plan: one line, without a line break. `config` is the one the plan was made from.
pub fn plan(plan: &Plan, config: &Config, schemas: &dyn Schemas) -> String {
    let changes = |changes: &[ResourceChange]| {
        let mut sorted: Vec<&ResourceChange> = changes.iter().filter(|change| is_listed(change)).collect();
        sorted.sort_by(|a, b| order::by_address(&a.address, &b.address).then_with(|| a.deposed.cmp(&b.deposed)));
        sorted.into_iter().map(|change| change_of(change, schemas)).collect()
    };
    let moved_or_changed = |change: &&ResourceChange| change.action != Action::NoOp || change.previous.is_some();
    let drift: Vec<ResourceChange> = plan.drift.iter().filter(moved_or_changed).cloned().collect();
    let relevant = relevant::attributes(plan, config);
    let relevant = relevant.iter().map(|(object, path)| serde_json::json!({"resource": object.to_string(), "attribute": steps(path)}));
    to_text(&PlanJson {
        format_version: "1.2",
        terraform_version: TERRAFORM_VERSION,
        variables: plan
            .given
            .iter()
            .filter(|(name, _)| !plan.ephemeral.contains(*name))
            .map(|(name, value)| (name.to_string(), VariableJson { value: values::raw(&value.to_value()) }))
            .collect(),
        planned_values: planned_values(plan, schemas),
        resource_drift: changes(&drift),
        resource_changes: changes(&plan.changes),
        output_changes: plan.outputs.iter().map(|(name, change)| (name.to_string(), output_change(change))).collect(),
        prior_state: prior_state(plan, schemas),
        configuration: configuration::json(config, schemas),
        relevant_attributes: relevant.collect(),
        checks: checks::planned(&plan.checks),
        timestamp: plan.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        applyable: !plan.errored && plan.has_changes(),
        complete: !plan.errored && plan.targets.is_empty(),
        errored: plan.errored,
    })
}

/// A data source that was read while planning is no change.
fn is_listed(change: &ResourceChange) -> bool {
    change.address.resource.mode == hotswap_value::address::ResourceMode::Managed || change.action != Action::NoOp
}

fn change_of(change: &ResourceChange, schemas: &dyn Schemas) -> ChangeOf {
    let previous = change.previous.as_ref().filter(|previous| **previous != change.address).map(ToString::to_string);
    let ty = schemas.schema(change.address.resource.mode, &change.address.resource.ty).map_or_else(|| Type::Dynamic.into(), Schema::ty);
    let sensitive = |value: &Value, paths: &[AttributePath]| match value {
        Value::Null => Json::Bool(false),
        value => values::sensitive(value, &ty, &Paths::new(paths)),
    };
    let after_unknown = if change.after.is_wholly_known() { Json::Object(serde_json::Map::new()) } else { values::unknown(&change.after) };
    ChangeOf {
        object: Object { previous_address: previous, ..Object::new(&change.address, &change.provider) },
        deposed: change.deposed.clone(),
        change: ChangeJson {
            actions: actions(change.action),
            before: values::raw(&change.before),
            after: values::raw(&change.after),
            after_unknown,
            before_sensitive: sensitive(&change.before, &change.before_sensitive),
            after_sensitive: sensitive(&change.after, &change.after_sensitive),
            replace_paths: change.replace_paths.iter().map(steps).collect(),
            importing: change.importing.as_ref().map(|id| serde_json::json!({ "id": id })),
        },
        action_reason: change.reason.map(reason),
    }
}

fn output_change(change: &OutputChange) -> ChangeJson {
    let after = change.after.to_value();
    ChangeJson {
        actions: actions(change.action),
        before: values::raw(&change.before.to_value()),
        after: values::raw(&after),
        after_unknown: if change.after.is_wholly_known() { Json::Bool(false) } else { values::unknown(&after) },
        before_sensitive: Json::Bool(change.sensitive),
        after_sensitive: Json::Bool(change.sensitive),
        replace_paths: Vec::new(),
        importing: None,
    }
}

/// What will be there: as far as it is known.
fn planned_values(plan: &Plan, schemas: &dyn Schemas) -> ValuesJson {
    let mut resources = Vec::new();
    let stays = |change: &&ResourceChange| is_listed(change) && change.deposed.is_none() && change.action != Action::Delete;
    for change in plan.changes.iter().filter(stays) {
        // Of what is forgotten Terraform tells that it is there, and no more.
        let sensitive = change.after.is_null().then_some(Json::Bool(false));
        let schema = schemas.schema(change.address.resource.mode, &change.address.resource.ty);
        let json = ResourceJson {
            object: Object::within_module(&change.address, &change.provider),
            schema_version: schema.map_or(0, |schema| schema.version),
            values: values::attributes(&change.after),
            sensitive_values: sensitive.unwrap_or_else(|| planned_sensitive(change, schema)),
            depends_on: Vec::new(),
            tainted: false,
            deposed_key: None,
        };
        resources.push((change.address.clone(), json));
    }
    let outputs = plan.outputs.iter().filter(|(_, change)| change.action != Action::Delete).map(|(name, change)| {
        let known = change.after.is_wholly_known().then(|| change.after.to_value());
        let json = OutputJson {
            sensitive: change.sensitive,
            value: known.as_ref().and_then(values::raw),
            ty: known.map(|_| change.after.ty().to_json()),
        };
        (name.to_string(), json)
    });
    ValuesJson { outputs: outputs.collect(), root_module: modules(resources) }
}

/// What of a planned object is sensitive. Of one that replaces another Terraform does not tell what its schema alone hides.
fn planned_sensitive(change: &ResourceChange, schema: Option<&Schema>) -> Json {
    match (change.action, schema) {
        (Action::DeleteThenCreate | Action::CreateThenDelete, Some(known)) => {
            let hidden = sensitive::by_schema(known, &change.after);
            let marked: Vec<_> = change.after_sensitive.iter().filter(|path| !hidden.contains(path)).cloned().collect();
            marked_values(&change.after, schema, &marked)
        }
        _ => sensitive_values(&change.after, schema, &change.after_sensitive),
    }
}

/// The state the changes start from. Its outputs are those that are known already.
fn prior_state(plan: &Plan, schemas: &dyn Schemas) -> Option<StateJson> {
    let mut state = plan.prior.clone();
    for (name, change) in &plan.outputs {
        let settled = change.action != Action::Delete && change.after.is_wholly_known();
        if settled && change.after.is_null() {
            state.outputs.remove(&**name);
        } else if settled {
            let output = hotswap_state::Output::new(change.after.ty(), change.after.to_value(), change.sensitive);
            state.outputs.insert(name.to_string(), output);
        }
    }
    (!state.is_empty()).then(|| state_json(&state, schemas))
}

fn steps(path: &AttributePath) -> Json {
    let step = |step: &Step| match step {
        Step::Attribute(name) | Step::Key(name) => Json::from(name.as_str()),
        Step::Index(index) => Json::from(*index),
    };
    path.steps().iter().map(step).collect()
}

fn actions(action: Action) -> &'static [&'static str] {
    match action {
        Action::NoOp => &["no-op"],
        Action::Create => &["create"],
        Action::Read => &["read"],
        Action::Update => &["update"],
        Action::DeleteThenCreate => &["delete", "create"],
        Action::CreateThenDelete => &["create", "delete"],
        Action::Delete => &["delete"],
        Action::Forget => &["forget"],
    }
}

fn reason(reason: Reason) -> &'static str {
    match reason {
        Reason::ReplaceBecauseTainted => "replace_because_tainted",
        Reason::ReplaceByRequest => "replace_by_request",
        Reason::ReplaceByTriggers => "replace_by_triggers",
        Reason::ReplaceBecauseCannotUpdate => "replace_because_cannot_update",
        Reason::DeleteBecauseNoResourceConfig => "delete_because_no_resource_config",
        Reason::DeleteBecauseNoModule => "delete_because_no_module",
        Reason::DeleteBecauseWrongRepetition => "delete_because_wrong_repetition",
        Reason::DeleteBecauseCountIndex => "delete_because_count_index",
        Reason::DeleteBecauseEachKey => "delete_because_each_key",
        Reason::DeleteBecauseNoMoveTarget => "delete_because_no_move_target",
        Reason::ReadBecauseConfigUnknown => "read_because_config_unknown",
        Reason::ReadBecauseDependencyPending => "read_because_dependency_pending",
    }
}
