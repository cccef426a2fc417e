//! Ephemeral resources and write-only attributes while a plan is carried out: the provider gets what is secret, no file does.
#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, Mutex},
};

use hotswap_apply::{Applied, Request, apply};
use hotswap_lang::{Moment, config::load, variables::Given, variables::Origin};
use hotswap_plan::{Mode, Observer, Options, Plan, ProviderSource, Providers, Purpose, Settings, file, plan, render::Schemas};
use hotswap_sdk::{
    ApplyResponse, ConfigureRequest, CreateRequest, DataSource, DeleteRequest, Diagnostic, Diagnostics, EphemeralResource, Function,
    ImportRequest, ImportResponse, OpenRequest, OpenResponse, PlanRequest, PlanResponse, Provider, ReadRequest, ReadResponse, Resource,
    Schema, Stop, UpdateRequest, async_trait, schema::attribute::string,
};
use hotswap_state::{Local, LockInfo, Paths, State};
use hotswap_value::{Value, address::ResourceMode};

const SECRETS: [&str; 3] = ["by-variable", "pass-of-ada", "pass-of-thing"];

/// What every started provider shares: the folder of the state, and what was called.
struct Shared {
    folder: PathBuf,
    calls: Mutex<Vec<String>>,
}

impl Shared {
    fn log(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }

    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }
}

struct Source(Arc<Shared>);

impl ProviderSource for Source {
    fn source(&self) -> &str {
        "registry.terraform.io/hashicorp/test"
    }

    fn start(&self) -> Arc<dyn Provider> {
        let door: Arc<dyn Resource> = Arc::new(Door(self.0.clone()));
        let pass: Arc<dyn EphemeralResource> = Arc::new(Pass(self.0.clone()));
        Arc::new(Test {
            shared: self.0.clone(),
            resources: BTreeMap::from([("test_door".to_owned(), door)]),
            ephemeral: BTreeMap::from([("test_pass".to_owned(), pass)]),
        })
    }
}

struct Test {
    shared: Arc<Shared>,
    resources: BTreeMap<String, Arc<dyn Resource>>,
    ephemeral: BTreeMap<String, Arc<dyn EphemeralResource>>,
}

static PROVIDER: LazyLock<Schema> = LazyLock::new(|| Schema::new(0, "").attribute("pass", string().sensitive()));

#[async_trait]
impl Provider for Test {
    fn schema(&self) -> &Schema {
        &PROVIDER
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        let pass = request.config.get("pass");
        self.shared.log(format!("configure {}", pass.as_str().unwrap_or(if pass.is_unknown() { "?" } else { "-" })));
        Diagnostics::new()
    }

    fn resources(&self) -> &BTreeMap<String, Arc<dyn Resource>> {
        &self.resources
    }

    fn data_sources(&self) -> &BTreeMap<String, Arc<dyn DataSource>> {
        static NONE: BTreeMap<String, Arc<dyn DataSource>> = BTreeMap::new();
        &NONE
    }

    fn ephemeral_resources(&self) -> &BTreeMap<String, Arc<dyn EphemeralResource>> {
        &self.ephemeral
    }

    fn functions(&self) -> &BTreeMap<String, Arc<dyn Function>> {
        static NONE: BTreeMap<String, Arc<dyn Function>> = BTreeMap::new();
        &NONE
    }

    fn stop(&self) {}
}

/// The schemas, for showing plans.
struct Doors(Arc<dyn Provider>);

impl Schemas for Doors {
    fn schema(&self, mode: ResourceMode, ty: &str) -> Option<&Schema> {
        Schemas::schema(&*self.0, mode, ty)
    }
}

/// Its `key` is never kept. One named "stuck" can't be made.
struct Door(Arc<Shared>);

static DOOR: LazyLock<Schema> = LazyLock::new(|| {
    Schema::new(0, "")
        .attribute("id", string().computed())
        .attribute("name", string().required())
        .attribute("key", string().sensitive().write_only())
});

#[async_trait]
impl Resource for Door {
    fn schema(&self) -> &Schema {
        &DOOR
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        request.into()
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        let name = request.planned.get("name").as_str().unwrap_or_default().to_owned();
        self.0.log(format!("create {name} with {}", request.config.get("key").as_str().unwrap_or("-")));
        no_secret_in(&self.0.folder);
        if name == "stuck" {
            return Diagnostics::from(Diagnostic::error("Stuck", "It is stuck.")).into();
        }
        // What a careless provider gives back is dropped.
        request.planned.with("id", "thing").with("key", request.config.get("key").clone()).into()
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        ReadResponse { state: Some(request.state), private: request.private, ..ReadResponse::default() }
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        request.planned.into()
    }

    async fn delete(&self, _request: DeleteRequest) -> Diagnostics {
        Diagnostics::new()
    }

    async fn import(&self, _request: ImportRequest) -> ImportResponse {
        ImportResponse::default()
    }
}

/// `value` is `pass-of-` and the name.
struct Pass(Arc<Shared>);

static PASS: LazyLock<Schema> =
    LazyLock::new(|| Schema::new(0, "").attribute("name", string().required()).attribute("value", string().computed()));

#[async_trait]
impl EphemeralResource for Pass {
    fn schema(&self) -> &Schema {
        &PASS
    }

    async fn open(&self, request: OpenRequest) -> OpenResponse {
        let name = request.config.get("name").as_str().unwrap_or_default().to_owned();
        self.0.log(format!("open {name}"));
        let result = request.config.with("value", format!("pass-of-{name}"));
        OpenResponse { result, private: name.into_bytes(), ..OpenResponse::default() }
    }

    async fn close(&self, private: Vec<u8>) -> Diagnostics {
        self.0.log(format!("close {}", String::from_utf8_lossy(&private)));
        Diagnostics::new()
    }
}

/// Whatever lies in the folder but the configuration, which the test writes.
fn no_secret_in(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for secret in SECRETS {
            assert!(!text.contains(secret), "{} holds {secret}", path.display());
        }
    }
}

const DOORS: &str = r#"
variable "key" {
  type      = string
  ephemeral = true
}
ephemeral "test_pass" "ada" {
  name = "ada"
}
provider "test" {
  alias = "inner"
  pass  = ephemeral.test_pass.ada.value
}
resource "test_door" "front" {
  provider = test.inner
  name     = "front"
  key      = "${var.key} ${ephemeral.test_pass.ada.value}"
}
ephemeral "test_pass" "late" {
  name = test_door.front.id
}
resource "test_door" "back" {
  name = BACK
  key  = ephemeral.test_pass.late.value
}
"#;

struct Scene {
    folder: tempfile::TempDir,
    shared: Arc<Shared>,
    configuration: tempfile::TempDir,
}

impl Scene {
    fn new(text: &str) -> Self {
        let (folder, configuration) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(configuration.path().join("main.tf"), text).unwrap();
        let shared = Arc::new(Shared { folder: folder.path().to_owned(), calls: Mutex::default() });
        Self { folder, shared, configuration }
    }

    fn providers(&self) -> Providers {
        Providers::new([Arc::new(Source(self.shared.clone())) as Arc<dyn ProviderSource>], "test")
    }

    fn config(&self) -> hotswap_lang::config::Config {
        let loaded = load(&hotswap_lang::config::Disk, self.configuration.path());
        assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
        loaded.config
    }

    /// Plans, saves the plan beside the state, and gives it back with the variable's value.
    async fn plan(&self) -> Plan {
        let mut config = self.config();
        config.sources.add("<value for var.key>", "by-variable");
        let options = Options {
            mode: Mode::Normal,
            refresh: true,
            targets: Vec::new(),
            replace: Vec::new(),
            variables: [("key".into(), Given { value: "by-variable".into(), origin: Origin::Argument, range: None })].into(),
            parallelism: 10,
            timestamp: "2026-01-02T03:04:05Z".parse().unwrap(),
            folder: PathBuf::from("."),
            workspace: "default".into(),
            stop: Stop::new(),
            observer: Observer::default(),
        };
        let (made, diagnostics) = plan(&config, State::new("lineage"), &self.providers(), options).await;
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let path = self.folder.path().join("saved");
        file::write(&path, &made, &config).unwrap();
        let shown = hotswap_plan::render::json::plan(&made, &config, &Doors(Source(self.shared.clone()).start()));
        fs::write(self.folder.path().join("shown.json"), shown).unwrap();
        let mut saved = file::read(&path).unwrap().plan;
        saved.variables.insert("key".into(), made.variables["key"].clone());
        saved
    }

    async fn apply(&self, plan: &Plan) -> Applied {
        let config = self.config();
        let mut local = Local::new(Paths::new(Some(&self.folder.path().join("state")), None, None));
        local.lock(&LockInfo::new("apply", "someone@here", "test")).unwrap();
        let moment = Moment { planned: Some(plan.timestamp), now: Some(plan.timestamp) };
        let request = Request {
            plan,
            config: &config,
            providers: &self.providers(),
            settings: Settings { purpose: Purpose::Apply, folder: ".".into(), workspace: "default".into(), moment },
            parallelism: 10,
            stop: Stop::new(),
            observer: Observer::default(),
        };
        apply(request, Arc::new(Mutex::new(local))).await
    }
}

#[tokio::test]
async fn what_is_secret_reaches_the_provider_and_no_file() {
    let scene = Scene::new(&DOORS.replace("BACK", "\"back\""));
    let plan = scene.plan().await;
    assert_eq!(scene.shared.calls(), ["configure -", "open ada", "configure pass-of-ada", "close ada"]);
    no_secret_in(scene.folder.path());
    let applied = scene.apply(&plan).await;
    assert!(applied.diagnostics.is_empty(), "{:?}", applied.diagnostics);
    assert_eq!(
        scene.shared.calls(),
        [
            "configure -",
            "open ada",
            "configure pass-of-ada",
            "create front with by-variable pass-of-ada",
            "open thing",
            "create back with pass-of-thing",
            "close thing",
            "close ada",
        ]
    );
    no_secret_in(scene.folder.path());
    let state = fs::read_to_string(scene.folder.path().join("state")).unwrap();
    assert!(state.contains("\"key\": null"), "{state}");
}

#[tokio::test]
async fn what_is_open_is_closed_also_when_an_apply_fails() {
    let scene = Scene::new(&DOORS.replace("BACK", "\"stuck\""));
    let plan = scene.plan().await;
    scene.shared.calls();
    let applied = scene.apply(&plan).await;
    assert_eq!(applied.diagnostics.iter().map(|said| &*said.summary).collect::<Vec<_>>(), ["Stuck"]);
    assert_eq!(scene.shared.calls().split_off(5), ["create stuck with pass-of-thing", "close thing", "close ada"]);
    no_secret_in(scene.folder.path());
}

#[tokio::test]
async fn what_configures_providers_is_opened_to_destroy_as_well() {
    let scene = Scene::new(&DOORS.replace("BACK", "\"back\""));
    let plan = Plan { mode: Mode::Destroy, changes: Vec::new(), ..scene.plan().await };
    scene.shared.calls();
    let applied = scene.apply(&plan).await;
    assert!(applied.diagnostics.is_empty(), "{:?}", applied.diagnostics);
    assert_eq!(scene.shared.calls(), ["configure -", "open ada", "configure pass-of-ada", "close ada"]);
}

/// The values as they are in a plan in memory: none of what is secret is in any but the variable's own.
#[tokio::test]
async fn a_plan_has_nothing_of_what_is_secret_but_the_variable() {
    let scene = Scene::new(&DOORS.replace("BACK", "\"back\""));
    let plan = scene.plan().await;
    assert!(plan.changes.iter().all(|change| *change.after.get("key") == Value::Null));
    let shown = format!("{:?} {:?} {:?}", plan.changes, plan.outputs, plan.prior);
    assert!(SECRETS.iter().all(|secret| !shown.contains(secret)), "{shown}");
}
