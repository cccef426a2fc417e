//! For the tests of what is shown: plans read back from what real Terraform printed of them (`fixtures`, by Terraform 1.11.4 with the
//! provider of this project and with `terraform_data`), and schemas shaped like those providers'.

use std::{collections::BTreeMap, io, path::Path, sync::Arc};

use hotswap_lang::{
    Val,
    config::{Config, Files, load},
};
use hotswap_sdk::{
    Schema,
    schema::attribute::{boolean, dynamic, list, list_of, map, number, set, single, string},
};
use hotswap_state::State;
use hotswap_value::{AttributePath, Number, Step, Type, Value, address::ResourceMode};
use serde_json::Value as Json;

use super::Schemas;
use crate::{Action, Mode, OutputChange, Plan, Reason, ResourceChange};

/// The fixtures by name.
pub(super) const FIXTURES: [(&str, &str); 8] = [
    ("created", include_str!("fixtures/created.json")),
    ("destroyed", include_str!("fixtures/destroyed.json")),
    ("refreshed", include_str!("fixtures/refreshed.json")),
    ("replaced_moved_imported", include_str!("fixtures/replaced_moved_imported.json")),
    ("tainted_deposed_forgotten", include_str!("fixtures/tainted_deposed_forgotten.json")),
    ("unknown_parts", include_str!("fixtures/unknown_parts.json")),
    ("values_changed", include_str!("fixtures/values_changed.json")),
    ("values_created", include_str!("fixtures/values_created.json")),
];

/// Schemas by type; a data source's name begins with `data.`.
pub(super) struct TestSchemas(BTreeMap<&'static str, Schema>);

impl Schemas for TestSchemas {
    fn schema(&self, mode: ResourceMode, ty: &str) -> Option<&Schema> {
        match mode {
            ResourceMode::Managed => self.0.get(ty),
            ResourceMode::Data => self.0.get(&*format!("data.{ty}")),
            ResourceMode::Ephemeral => None,
        }
    }
}

fn with<const N: usize>(attributes: [(&str, hotswap_sdk::Attribute); N]) -> Schema {
    attributes.into_iter().fold(Schema::new(0, ""), |schema, (name, attribute)| schema.attribute(name, attribute))
}

pub(super) fn schemas() -> TestSchemas {
    let stages = || list_of([("weight", number()), ("hold", string())]);
    let numbers = |names: &[&str]| single(names.iter().map(|name| ((*name).to_owned(), number())));
    let tenant = || {
        with([
            ("id", string().computed()),
            ("namespace", string().computed()),
            ("name", string().required()),
            ("display_name", string()),
            ("labels", map(Type::String)),
            ("tier", string()),
            ("status", string()),
            ("quotas", numbers(&["max_plugins", "max_instances", "max_memory_mb", "max_storage_mb"])),
            ("rate_limits", numbers(&["requests_per_second", "burst", "deployments_per_hour"])),
            ("allowed_categories", set(Type::String)),
        ])
    };
    let plugin = || {
        ["id", "name", "publisher", "category", "description", "documentation_url", "repository_url"]
            .map(|name| (name, string()))
            .into_iter()
            .chain([("tags", list(Type::String))])
            .collect::<BTreeMap<_, _>>()
    };
    let deployment = with([
        ("health_check", {
            let texts = ["healthy_deadline", "min_healthy_time", "progress_deadline"].map(|name| (name, string()));
            let http = single([("path", string()), ("interval", string()), ("timeout", string()), ("unhealthy_after", number())]);
            let rest = [("error_rate", number()), ("latency_p99_ms", number()), ("min_requests", number()), ("http", http)];
            single(texts.into_iter().chain(rest))
        }),
        ("rollout_plan", {
            let texts = ["longest", "shortest", "strategy", "worst_rollback"].map(|name| (name, string()));
            single(texts.into_iter().chain([("stages", stages())]))
        }),
        ("sandbox", single([("memory_mb", number()), ("timeout", string())])),
        ("strategy", single([("direct", single::<&str>([])), ("canary", single([("steps", stages())]))])),
        ("timeouts", single([("create", string()), ("update", string()), ("delete", string())])),
        ("auto_rollback", boolean()),
        ("wait", boolean()),
    ]);
    let texts = ["active_version", "config", "id", "name", "plugin", "resolved_version", "sha256", "status", "tenant", "url", "version"];
    let deployment = texts.into_iter().fold(deployment, |schema, name| schema.attribute(name, string()));
    let whole = ["active_revision", "instances", "resolve_serial", "retry", "revision"];
    let deployment = whole.into_iter().fold(deployment, |schema, name| schema.attribute(name, number()));
    let version = with([("exports", list(Type::String)), ("imports", list(Type::String)), ("size", number())]);
    let texts = ["channel", "default_config", "id", "plugin", "release_notes", "sha256", "source", "version"];
    let version = texts.into_iter().fold(version, |schema, name| schema.attribute(name, string()));
    let found =
        with([("category", string()), ("publisher", string()), ("query", string()), ("tag", string()), ("plugins", list_of(plugin()))]);
    let usage = numbers(&["deployments", "plugins", "instances", "memory_mb", "storage_mb"]);
    TestSchemas(BTreeMap::from([
        ("terraform_data", with([("id", string()), ("input", dynamic()), ("output", dynamic()), ("triggers_replace", dynamic())])),
        ("hotswap_tenant", tenant()),
        ("data.hotswap_tenant", tenant().attribute("usage", usage)),
        ("hotswap_plugin", plugin().into_iter().fold(Schema::new(0, ""), |schema, (name, attribute)| schema.attribute(name, attribute))),
        ("hotswap_plugin_version", version),
        ("hotswap_deployment", deployment),
        ("data.hotswap_plugins", found),
    ]))
}

/// A plan of nothing.
pub(super) fn empty() -> Plan {
    let state = State::new("lineage");
    Plan {
        mode: Mode::Normal,
        timestamp: jiff::Timestamp::UNIX_EPOCH,
        variables: BTreeMap::new(),
        given: BTreeMap::new(),
        ephemeral: Default::default(),
        base: state.clone(),
        prior: state,
        changes: Vec::new(),
        drift: Vec::new(),
        outputs: BTreeMap::new(),
        checks: Vec::new(),
        targets: Vec::new(),
        replace: Vec::new(),
        notes: BTreeMap::new(),
        summary: Vec::new(),
        errored: false,
    }
}

/// The plan that Terraform printed as `json`.
pub(super) fn plan(json: &Json, schemas: &TestSchemas) -> Plan {
    let changes = |name: &str| json[name].as_array().into_iter().flatten().map(|json| change(json, schemas)).collect::<Vec<_>>();
    let outputs = json["output_changes"].as_object().into_iter().flatten().map(|(name, json)| (Arc::from(name.as_str()), output(json)));
    let plan = Plan { changes: changes("resource_changes"), drift: changes("resource_drift"), outputs: outputs.collect(), ..empty() };
    let refresh_only = plan.changes.is_empty() && !plan.drift.is_empty();
    let destroys = plan.changes.iter().all(|change| change.action == Action::Delete) && !plan.changes.is_empty();
    let mode = if refresh_only {
        Mode::RefreshOnly
    } else if destroys {
        Mode::Destroy
    } else {
        Mode::Normal
    };
    Plan { mode, ..plan }
}

fn change(json: &Json, schemas: &TestSchemas) -> ResourceChange {
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    let address: hotswap_value::address::ResourceInstance = text("address").unwrap().parse().unwrap();
    let ty = schemas.schema(address.resource.mode, &address.resource.ty).unwrap().ty();
    let (change, never) = (&json["change"], Json::Bool(false));
    ResourceChange {
        previous: text("previous_address").map(|text| text.parse().unwrap()),
        deposed: text("deposed"),
        provider: format!("provider[\"{}\"]", text("provider_name").unwrap()),
        action: action(&change["actions"]),
        reason: text("action_reason").map(|text| reason(&text)),
        before: value(change.get("before"), &never, &ty),
        after: value(change.get("after"), &change["after_unknown"], &ty),
        before_sensitive: paths(&change["before_sensitive"]),
        after_sensitive: paths(&change["after_sensitive"]),
        replace_paths: change["replace_paths"].as_array().into_iter().flatten().map(path_of).collect(),
        private: Vec::new(),
        importing: change["importing"]["id"].as_str().map(str::to_owned),
        dependencies: Vec::new(),
        create_before_destroy: false,
        address,
    }
}

fn output(json: &Json) -> OutputChange {
    let (never, ty) = (Json::Bool(false), Type::Dynamic);
    let val = |name: &str, unknown: &Json| self::val(&value(json.get(name), unknown, &ty));
    OutputChange {
        action: action(&json["actions"]),
        before: val("before", &never),
        after: val("after", &json["after_unknown"]),
        sensitive: json["after_sensitive"] == Json::Bool(true) || json["before_sensitive"] == Json::Bool(true),
    }
}

fn val(value: &Value) -> Val {
    match value {
        Value::Unknown => Val::unknown(),
        Value::List(elements) => Val::tuple(elements.iter().map(val)),
        Value::Map(attributes) => Val::object(attributes.iter().map(|(name, value)| (name.as_str(), val(value)))),
        value => Val::new(value, &Type::of(value)),
    }
}

/// The value of a type that JSON and what is beside it tell.
fn value(json: Option<&Json>, unknown: &Json, ty: &Type) -> Value {
    if *unknown == Json::Bool(true) {
        return Value::Unknown;
    }
    let part = |name: &str| unknown.get(name).unwrap_or(&Json::Bool(false)).clone();
    match (json.unwrap_or(&Json::Null), ty) {
        (Json::Null, Type::Object(_)) if json.is_none() && unknown.is_object() => value(Some(&serde_json::json!({})), unknown, ty),
        (Json::Null, _) => Value::Null,
        (Json::Bool(truth), _) => (*truth).into(),
        (Json::Number(number), _) => number.to_string().parse::<Number>().unwrap().into(),
        (Json::String(text), _) => text.as_str().into(),
        (Json::Array(elements), ty) => {
            let element = match ty {
                Type::List(element) | Type::Set(element) => element,
                _ => &Type::Dynamic,
            };
            let each =
                elements.iter().enumerate().map(|(index, json)| value(Some(json), unknown.get(index).unwrap_or(&Json::Null), element));
            if matches!(ty, Type::Set(_)) { Value::set(each) } else { Value::list(each) }
        }
        (Json::Object(attributes), Type::Object(types)) => {
            Value::object(types.iter().map(|(name, ty)| (name.clone(), value(attributes.get(name), &part(name), ty))))
        }
        (Json::Object(elements), ty) => {
            let element = if let Type::Map(element) = ty { element } else { &Type::Dynamic };
            let names = elements.keys().chain(unknown.as_object().into_iter().flat_map(serde_json::Map::keys));
            Value::object(names.map(|name| (name.clone(), value(elements.get(name), &part(name), element))))
        }
    }
}

fn paths(json: &Json) -> Vec<AttributePath> {
    fn collect(json: &Json, path: &AttributePath, paths: &mut Vec<AttributePath>) {
        match json {
            Json::Bool(true) => paths.push(path.clone()),
            Json::Array(elements) => elements.iter().enumerate().for_each(|(index, json)| collect(json, &path.index(index), paths)),
            Json::Object(parts) => parts.iter().for_each(|(name, json)| collect(json, &path.attribute(name), paths)),
            _ => {}
        }
    }
    let mut paths = Vec::new();
    collect(json, &AttributePath::root(), &mut paths);
    paths
}

fn path_of(json: &Json) -> AttributePath {
    json.as_array().unwrap().iter().map(|step| Step::Attribute(step.as_str().unwrap().to_owned())).collect()
}

fn action(json: &Json) -> Action {
    let names: Vec<&str> = json.as_array().unwrap().iter().filter_map(Json::as_str).collect();
    match names[..] {
        ["no-op"] => Action::NoOp,
        ["create"] => Action::Create,
        ["read"] => Action::Read,
        ["update"] => Action::Update,
        ["delete", "create"] => Action::DeleteThenCreate,
        ["create", "delete"] => Action::CreateThenDelete,
        ["delete"] => Action::Delete,
        ["forget"] => Action::Forget,
        _ => panic!("{json} is no action"),
    }
}

fn reason(text: &str) -> Reason {
    match text {
        "replace_because_tainted" => Reason::ReplaceBecauseTainted,
        "replace_by_request" => Reason::ReplaceByRequest,
        "replace_because_cannot_update" => Reason::ReplaceBecauseCannotUpdate,
        "delete_because_no_resource_config" => Reason::DeleteBecauseNoResourceConfig,
        "delete_because_count_index" => Reason::DeleteBecauseCountIndex,
        "delete_because_each_key" => Reason::DeleteBecauseEachKey,
        "read_because_config_unknown" => Reason::ReadBecauseConfigUnknown,
        "read_because_dependency_pending" => Reason::ReadBecauseDependencyPending,
        _ => panic!("{text} is no reason"),
    }
}

/// A configuration of nothing.
pub(super) fn config() -> Config {
    load(&Folder(&[("main.tf", "")]), Path::new(".")).config
}

/// Files by path.
pub(super) struct Folder(pub(super) &'static [(&'static str, &'static str)]);

impl Files for Folder {
    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let within = |path: &str| Path::new(path).parent().is_some_and(|parent| plain(parent) == plain(folder));
        let names = self.0.iter().filter(|(path, _)| within(path)).filter_map(|(path, _)| Path::new(path).file_name());
        Ok(names.map(|name| name.to_string_lossy().into_owned()).collect())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let found = self.0.iter().find(|(known, _)| plain(Path::new(known)) == plain(path));
        found.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn plain(path: &Path) -> String {
    let path = path.to_string_lossy();
    path.trim_start_matches("./").trim_matches('.').to_owned()
}
