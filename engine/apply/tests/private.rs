//! What a resource puts aside with an object comes back to it: from plan to apply, through the state's file, from refresh to plan.
#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, LazyLock, Mutex},
};

use hotswap_apply::{Request, apply};
use hotswap_lang::{
    Moment,
    config::{Disk, load},
};
use hotswap_plan::{Mode, Observer, Options, ProviderSource, Providers, Purpose, Settings, plan};
use hotswap_sdk::{
    ApplyResponse, ConfigureRequest, CreateRequest, DataSource, DeleteRequest, Diagnostics, Function, ImportRequest, ImportResponse,
    PlanRequest, PlanResponse, Provider, ReadRequest, ReadResponse, Resource, Schema, Stop, UpdateRequest, async_trait,
    schema::attribute::{number, string},
};
use hotswap_state::{Local, LockInfo, Paths, State};

/// Every call adds its name to what is put aside; a delete tells it.
struct Thing(Arc<Mutex<Vec<String>>>);

static THING: LazyLock<Schema> =
    LazyLock::new(|| Schema::new(0, "").attribute("name", string().required().requires_replace()).attribute("size", number()));
static NOTHING: LazyLock<Schema> = LazyLock::new(|| Schema::new(0, ""));

fn and(private: &[u8], word: &str) -> Vec<u8> {
    let said = String::from_utf8_lossy(private);
    said.split_whitespace().chain([word]).collect::<Vec<_>>().join(" ").into_bytes()
}

#[async_trait]
impl Resource for Thing {
    fn schema(&self) -> &Schema {
        &THING
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        let private = and(&request.private, "plan");
        PlanResponse { private, ..request.into() }
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        ApplyResponse { private: and(&request.private, "create"), ..request.planned.into() }
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        ReadResponse { state: Some(request.state), private: and(&request.private, "read"), ..ReadResponse::default() }
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        ApplyResponse { private: and(&request.private, "update"), ..request.planned.into() }
    }

    async fn delete(&self, request: DeleteRequest) -> Diagnostics {
        self.0.lock().unwrap().push(String::from_utf8(request.private).unwrap());
        Diagnostics::new()
    }

    async fn import(&self, _: ImportRequest) -> ImportResponse {
        ImportResponse::default()
    }
}

struct Things(BTreeMap<String, Arc<dyn Resource>>);

#[async_trait]
impl Provider for Things {
    fn schema(&self) -> &Schema {
        &NOTHING
    }

    async fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }

    fn resources(&self) -> &BTreeMap<String, Arc<dyn Resource>> {
        &self.0
    }

    fn data_sources(&self) -> &BTreeMap<String, Arc<dyn DataSource>> {
        static NONE: BTreeMap<String, Arc<dyn DataSource>> = BTreeMap::new();
        &NONE
    }

    fn functions(&self) -> &BTreeMap<String, Arc<dyn Function>> {
        static NONE: BTreeMap<String, Arc<dyn Function>> = BTreeMap::new();
        &NONE
    }

    fn stop(&self) {}
}

struct Source(Arc<Mutex<Vec<String>>>);

impl ProviderSource for Source {
    fn source(&self) -> &str {
        "registry.terraform.io/hashicorp/test"
    }

    fn start(&self) -> Arc<dyn Provider> {
        let thing: Arc<dyn Resource> = Arc::new(Thing(self.0.clone()));
        Arc::new(Things(BTreeMap::from([("test_thing".to_owned(), thing)])))
    }
}

/// Plans and applies a configuration in a folder; gives what the state's file then has put aside.
async fn applied(folder: &Path, deleted: &Arc<Mutex<Vec<String>>>, body: &str) -> Option<String> {
    std::fs::write(folder.join("main.tf"), body).unwrap();
    let config = load(&Disk, folder).config;
    let source: Arc<dyn ProviderSource> = Arc::new(Source(deleted.clone()));
    let providers = Providers::new([source], "test");
    let file = folder.join("terraform.tfstate");
    let mut local = Local::new(Paths::new(Some(&file), None, None));
    local.lock(&LockInfo::new("apply", "test", "0")).unwrap();
    let state = local.read().unwrap().unwrap_or_else(|| State::new("lineage"));
    let timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let options = Options {
        mode: Mode::Normal,
        refresh: true,
        targets: Vec::new(),
        replace: Vec::new(),
        variables: BTreeMap::new(),
        parallelism: 1,
        timestamp,
        folder: folder.to_owned(),
        workspace: "default".into(),
        stop: Stop::new(),
        observer: Observer::default(),
    };
    let (plan, diagnostics) = plan(&config, state, &providers, options).await;
    assert!(!plan.errored, "{diagnostics:#?}");
    let moment = Moment { planned: Some(timestamp), now: Some(timestamp) };
    let request = Request {
        plan: &plan,
        config: &config,
        providers: &providers.fresh(),
        settings: Settings { purpose: Purpose::Apply, folder: folder.to_owned(), workspace: "default".into(), moment },
        parallelism: 1,
        stop: Stop::new(),
        observer: Observer::default(),
    };
    let outcome = apply(request, Arc::new(Mutex::new(local))).await;
    assert!(outcome.diagnostics.is_empty(), "{:#?}", outcome.diagnostics);
    let mut local = Local::new(Paths::new(Some(&file), None, None));
    local.lock(&LockInfo::new("read", "test", "0")).unwrap();
    let state = local.read().unwrap().unwrap();
    state.current(&"test_thing.a".parse().unwrap()).map(|object| String::from_utf8(object.private.clone()).unwrap())
}

fn thing(name: &str, size: u8) -> String {
    format!("resource \"test_thing\" \"a\" {{\n  name = {name:?}\n  size = {size}\n}}\n")
}

/// An apply plans once more, from what the last refresh put aside, as Terraform does.
#[tokio::test]
async fn what_is_put_aside_goes_from_call_to_call_and_through_the_state_s_file() {
    let folder = tempfile::tempdir().unwrap();
    let deleted = Arc::default();
    let created = applied(folder.path(), &deleted, &thing("one", 1)).await;
    assert_eq!(created.as_deref(), Some("plan create"));
    let updated = applied(folder.path(), &deleted, &thing("one", 2)).await;
    assert_eq!(updated.as_deref(), Some("plan create read plan update"));
    assert_eq!(applied(folder.path(), &deleted, "").await, None);
    assert_eq!(*deleted.lock().unwrap(), ["plan create read plan update read"]);
}

#[tokio::test]
async fn what_takes_the_place_of_an_object_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let deleted = Arc::default();
    applied(folder.path(), &deleted, &thing("one", 1)).await;
    let replaced = applied(folder.path(), &deleted, &thing("two", 1)).await;
    assert_eq!(replaced.as_deref(), Some("plan create"));
    assert_eq!(deleted.lock().unwrap().len(), 1);
}
