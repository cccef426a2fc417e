use std::path::{Path, PathBuf};

use hotswap_model::{Timestamp, VersionId};
use hotswap_sdk::Resource;

use super::*;
use crate::plugin_version::state;
use crate::testing::{block, errors, plan, resource, warnings};

const COMPONENT: &str = r#"(component (instance $i) (export "wasi:http/incoming-handler@0.2.0" (instance $i)))"#;

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

fn version() -> std::sync::Arc<dyn Resource> {
    resource("hotswap_plugin_version")
}

fn config(source: &Path, number: &str) -> Value {
    block(&*version(), [("plugin", "greeter".into()), ("version", number.into()), ("source", source.to_str().unwrap().into())])
}

fn published(content: &str, default_config: Option<&str>) -> Published {
    let spec = serde_json::json!({"plugin": "greeter", "version": "1.0.0", "sha256": Digest::of(content.as_bytes()), "default_config": default_config});
    let now = Timestamp::from_micros(0);
    Published {
        id: VersionId::from_unique("1"),
        etag: "1".into(),
        spec: serde_json::from_value(spec).unwrap(),
        size: content.len() as u64,
        imports: vec![],
        exports: vec!["wasi:http/incoming-handler@0.2.0".into()],
        created_at: now,
        updated_at: now,
        retired_at: None,
    }
}

/// What is in the state of a version that was published from this file.
fn existing(source: &Path, content: &str) -> Value {
    let source = source.to_str().unwrap();
    version().schema().ty().conform(state(&published(content, None)).with("source", source)).unwrap()
}

#[tokio::test]
async fn a_new_version_is_planned_with_what_the_file_holds() {
    let files = Files::new();
    let planned = plan(&*version(), None, config(&files.write("a.wat", COMPONENT), "1.0.0")).await.planned;
    assert_eq!(planned.get("sha256"), &Digest::of(COMPONENT.as_bytes()).to_string().into());
    assert_eq!(planned.get("size"), &(COMPONENT.len() as u64).into());
    assert_eq!(planned.get("exports"), &Value::list(["wasi:http/incoming-handler@0.2.0"]));
    assert_eq!(planned.get("imports"), &Value::List(vec![]));
    assert_eq!(planned.get("channel"), &"stable".into());
    assert!(planned.get("id").is_unknown());
}

#[tokio::test]
async fn a_file_that_is_no_usable_component_is_an_error_on_source() {
    let files = Files::new();
    for (path, says) in [
        (files.0.path().join("missing.wasm"), "cannot be read"),
        (files.write("a.txt", "hello"), "Not WebAssembly"),
        (files.write("module.wat", "(module)"), "core module"),
        (files.write("no-handler.wat", "(component)"), "does not export wasi:http/incoming-handler"),
    ] {
        let told = errors(&plan(&*version(), None, config(&path, "1.0.0")).await.diagnostics);
        assert!(told.len() == 1 && told[0].starts_with("source: ") && told[0].contains(says), "{told:?}");
        assert!(told[0].contains(path.file_name().unwrap().to_str().unwrap()), "{told:?}");
    }
}

#[tokio::test]
async fn other_bytes_under_the_same_number_are_refused_with_both_digests() {
    let files = Files::new();
    let source = files.write("a.wat", &format!("{COMPONENT} ;; changed"));
    let told = errors(&plan(&*version(), Some(existing(&source, COMPONENT)), config(&source, "1.0.0")).await.diagnostics);
    assert!(told[0].starts_with("source: ") && told[0].contains("raising `version`"), "{told:?}");
    for content in [COMPONENT.to_owned(), format!("{COMPONENT} ;; changed")] {
        assert!(told[0].contains(&Digest::of(content.as_bytes()).to_string()), "{told:?}");
    }
}

#[tokio::test]
async fn another_number_is_another_version_whatever_its_bytes() {
    let files = Files::new();
    let source = files.write("a.wat", &format!("{COMPONENT} ;; changed"));
    let response = plan(&*version(), Some(existing(&source, COMPONENT)), config(&source, "1.1.0")).await;
    assert_eq!(errors(&response.diagnostics), Vec::<String>::new());
    assert_eq!(response.requires_replace, ["version".into()]);
}

#[tokio::test]
async fn a_published_version_outlives_its_file_with_a_warning() {
    let files = Files::new();
    let source = files.0.path().join("gone.wat");
    let prior = existing(&source, COMPONENT);
    let response = plan(&*version(), Some(prior.clone()), config(&source, "1.0.0")).await;
    assert_eq!(response.planned, prior);
    let told = warnings(&response.diagnostics);
    assert!(told.len() == 1 && told[0].contains("Version 1.0.0 is published and keeps the bytes it has"), "{told:?}");
}

#[tokio::test]
async fn another_path_with_the_same_bytes_changes_nothing_else() {
    let files = Files::new();
    let (old, new) = (files.write("old.wat", COMPONENT), files.write("new.wat", COMPONENT));
    let prior = existing(&old, COMPONENT);
    let response = plan(&*version(), Some(prior.clone()), config(&new, "1.0.0")).await;
    assert_eq!(response.planned, prior.with("source", new.to_str().unwrap()));
    assert!(response.diagnostics.is_empty() && response.requires_replace.is_empty());
}

#[tokio::test]
async fn another_default_config_is_refused_but_not_another_way_to_write_it() {
    let files = Files::new();
    let source = files.write("a.wat", COMPONENT);
    let prior = existing(&source, COMPONENT).with("default_config", r#"{"a":1}"#);
    let with = |text: &str| config(&source, "1.0.0").with("default_config", text);
    assert_eq!(plan(&*version(), Some(prior.clone()), with(r#"{ "a": 1 }"#)).await.planned, prior);
    let told = errors(&plan(&*version(), Some(prior), with(r#"{"a":2}"#)).await.diagnostics);
    assert!(told.len() == 1 && told[0].starts_with("default_config: "), "{told:?}");
}

#[tokio::test]
async fn a_source_that_is_not_known_yet_leaves_the_bytes_open() {
    let config = block(&*version(), [("plugin", "greeter".into()), ("version", "1.0.0".into()), ("source", Value::Unknown)]);
    let response = plan(&*version(), None, config).await;
    assert!(response.diagnostics.is_empty() && response.planned.get("sha256").is_unknown());
}

#[tokio::test]
async fn a_number_the_server_has_with_other_content_is_refused_when_planning() {
    let files = Files::new();
    let config = config(&files.write("a.wat", COMPONENT), "1.0.0");
    let proposed = plan(&*version(), None, config.clone()).await.planned;
    let planned = |theirs: Published| {
        let request = PlanRequest { prior: None, config: config.clone(), proposed: proposed.clone(), private: vec![] };
        let info = hotswap_component::Component::inspect(COMPONENT.as_bytes()).unwrap();
        errors(&plan_create(request, File::Component(info), Ok(Some(theirs))).diagnostics)
    };
    assert_eq!(planned(published(COMPONENT, None)), Vec::<String>::new());
    let told = planned(published("(component)", None));
    assert!(told.len() == 1 && told[0].contains(&Digest::of(b"(component)").to_string()), "{told:?}");
    let told = planned(published(COMPONENT, Some("{}")));
    assert!(told.len() == 1 && told[0].starts_with("default_config: "), "{told:?}");
}

#[tokio::test]
async fn nothing_reads_a_file_to_validate() {
    let config = config(Path::new("/nowhere/at/all.wasm"), "1.0");
    let told = errors(&hotswap_sdk::validate::resource(&*version(), &config).await);
    assert!(told.len() == 1 && told[0].starts_with("version: \"1.0\" is not a semantic version"), "{told:?}");
}
