//! A provider in memory, with attributes of every kind.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex},
};

use hotswap_plan::ProviderSource;
use hotswap_sdk::{
    ApplyResponse, ConfigureRequest, CreateRequest, DataSource, DataSourceReadRequest, DataSourceReadResponse, DeleteRequest, Diagnostic,
    Diagnostics, EphemeralResource, Function, FunctionError, ImportRequest, ImportResponse, OpenRequest, OpenResponse, Parameter,
    PlanRequest, PlanResponse, Provider, ReadRequest, ReadResponse, RenewResponse, Resource, Review, ReviewedChange, Schema, Signature,
    Stop, UpdateRequest, async_trait,
    schema::attribute::{list_of, map, number, string},
};
use hotswap_value::{Type, Value};
use tokio::sync::Notify;

/// What exists, by id; shared by every started provider of a test.
#[derive(Default)]
pub(crate) struct Remote {
    pub(crate) things: Mutex<BTreeMap<String, Value>>,
    /// What was called, in order.
    pub(crate) calls: Mutex<Vec<String>>,
    /// Something ephemeral was renewed.
    renewed: Notify,
    /// Whose wish to stop it is when the lookup "stop" is read.
    pub(crate) stop: Stop,
}

impl Remote {
    pub(crate) fn log(&self, call: impl Into<String>) {
        self.calls.lock().unwrap().push(call.into());
    }
}

pub(crate) struct TestSource(pub(crate) Arc<Remote>);

impl ProviderSource for TestSource {
    fn source(&self) -> &str {
        "registry.terraform.io/hashicorp/test"
    }

    fn start(&self) -> Arc<dyn Provider> {
        let thing: Arc<dyn Resource> = Arc::new(Thing(self.0.clone()));
        let lookup: Arc<dyn DataSource> = Arc::new(Lookup(self.0.clone()));
        let pass: Arc<dyn EphemeralResource> = Arc::new(Pass(self.0.clone()));
        let shout: Arc<dyn Function> = Arc::new(Shout);
        Arc::new(TestProvider {
            remote: self.0.clone(),
            resources: BTreeMap::from([("test_thing".to_owned(), thing)]),
            data_sources: BTreeMap::from([("test_lookup".to_owned(), lookup)]),
            ephemeral: BTreeMap::from([("test_pass".to_owned(), pass)]),
            functions: BTreeMap::from([("shout".to_owned(), shout)]),
        })
    }
}

struct TestProvider {
    remote: Arc<Remote>,
    resources: BTreeMap<String, Arc<dyn Resource>>,
    data_sources: BTreeMap<String, Arc<dyn DataSource>>,
    ephemeral: BTreeMap<String, Arc<dyn EphemeralResource>>,
    functions: BTreeMap<String, Arc<dyn Function>>,
}

static PROVIDER: LazyLock<Schema> = LazyLock::new(|| Schema::new(0, "").attribute("region", string()));

#[async_trait]
impl Provider for TestProvider {
    fn schema(&self) -> &Schema {
        &PROVIDER
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        let region = request.config.get("region");
        self.remote.log(format!("configure {}", region.as_str().unwrap_or(if region.is_unknown() { "?" } else { "-" })));
        Diagnostics::new()
    }

    fn resources(&self) -> &BTreeMap<String, Arc<dyn Resource>> {
        &self.resources
    }

    fn data_sources(&self) -> &BTreeMap<String, Arc<dyn DataSource>> {
        &self.data_sources
    }

    fn ephemeral_resources(&self) -> &BTreeMap<String, Arc<dyn EphemeralResource>> {
        &self.ephemeral
    }

    fn functions(&self) -> &BTreeMap<String, Arc<dyn Function>> {
        &self.functions
    }

    async fn review(&self, changes: &[ReviewedChange]) -> Review {
        Review { summary: vec![format!("{} looked at", changes.len())], ..Review::default() }
    }

    fn stop(&self) {}
}

/// `name` can't be changed in place; `note = "lie"` makes it plan what it may not; `note = "refuse"` fails to plan.
struct Thing(Arc<Remote>);

static THING: LazyLock<Schema> = LazyLock::new(|| {
    Schema::new(0, "")
        .attribute("id", string().computed())
        .attribute("name", string().required().requires_replace())
        .attribute("note", string())
        .attribute("size", number().default(3))
        .attribute("value", string().computed())
        .attribute("tags", map(Type::String))
        .attribute("secret", string().sensitive())
        .attribute("token", string().write_only())
        .attribute("parts", list_of([("label", string().required()), ("rank", number().default(1)), ("id", string().computed())]))
});

#[async_trait]
impl Resource for Thing {
    fn schema(&self) -> &Schema {
        &THING
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        let note = request.config.get("note").as_str().unwrap_or_default().to_owned();
        let changes = request.is_change() && !request.is_create();
        let mut response = PlanResponse::from(request);
        match note.as_str() {
            "lie" => response.planned.set_attribute("size", 99),
            "refuse" => response.diagnostics.push(Diagnostic::error("Refused", "The note says so.").at("note")),
            _ if changes => response.planned.set_attribute("value", Value::Unknown),
            _ => {}
        }
        response
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        let mut things = self.0.things.lock().unwrap();
        let id = format!("thing-{}", things.len() + 1);
        let made = filled(request.planned, &id);
        things.insert(id, made.clone());
        made.into()
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        let id = request.state.get("id").as_str().unwrap_or_default().to_owned();
        self.0.log(format!("read {id}"));
        let state = self.0.things.lock().unwrap().get(&id).cloned();
        ReadResponse { state, private: request.private, ..ReadResponse::default() }
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        let id = request.prior.get("id").as_str().unwrap_or_default().to_owned();
        let made = filled(request.planned, &id);
        self.0.things.lock().unwrap().insert(id, made.clone());
        made.into()
    }

    async fn delete(&self, request: DeleteRequest) -> Diagnostics {
        self.0.things.lock().unwrap().remove(request.prior.get("id").as_str().unwrap_or_default());
        Diagnostics::new()
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        let known = self.0.things.lock().unwrap().contains_key(&request.id);
        ImportResponse { state: known.then(|| Value::object([("id", request.id)])), ..ImportResponse::default() }
    }
}

/// What was left to the provider, filled in.
fn filled(mut planned: Value, id: &str) -> Value {
    let value = format!("{}!", planned.get("name").as_str().unwrap_or_default());
    if planned.get("id").is_unknown() {
        planned.set_attribute("id", id);
    }
    if planned.get("value").is_unknown() {
        planned.set_attribute("value", value);
    }
    let parts = planned.get("parts").clone();
    if let Value::List(parts) = parts {
        let part =
            |(index, part): (usize, Value)| if part.get("id").is_unknown() { part.with("id", format!("part-{index}")) } else { part };
        planned.set_attribute("parts", Value::List(parts.into_iter().enumerate().map(part).collect()));
    }
    planned
}

/// `value` is `name` turned round. "renewal" takes until something ephemeral is renewed; "stop" asks to stop, and takes for ever.
struct Lookup(Arc<Remote>);

static LOOKUP: LazyLock<Schema> =
    LazyLock::new(|| Schema::new(0, "").attribute("name", string().required()).attribute("value", string().computed()));

#[async_trait]
impl DataSource for Lookup {
    fn schema(&self) -> &Schema {
        &LOOKUP
    }

    async fn read(&self, request: DataSourceReadRequest) -> DataSourceReadResponse {
        let name = request.config.get("name").as_str().unwrap_or_default().to_owned();
        self.0.log(format!("lookup {name}"));
        match &*name {
            "renewal" => self.0.renewed.notified().await,
            "stop" => {
                self.0.stop.request();
                std::future::pending().await
            }
            _ => {}
        }
        request.config.with("value", name.chars().rev().collect::<String>()).into()
    }
}

/// `value` is `name` and `-pass`. "short" must be renewed at once, once; "none" can't be opened.
struct Pass(Arc<Remote>);

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
        if name == "none" {
            return Diagnostics::from(Diagnostic::error("No pass", "There is none.").at("name")).into();
        }
        let renew_at = (name == "short").then(std::time::SystemTime::now);
        let result = request.config.with("value", format!("{name}-pass"));
        OpenResponse { result, private: name.into_bytes(), renew_at, ..OpenResponse::default() }
    }

    async fn renew(&self, private: Vec<u8>) -> RenewResponse {
        self.0.log(format!("renew {}", String::from_utf8_lossy(&private)));
        self.0.renewed.notify_one();
        RenewResponse { private: [&private[..], b"+"].concat(), ..RenewResponse::default() }
    }

    async fn close(&self, private: Vec<u8>) -> Diagnostics {
        self.0.log(format!("close {}", String::from_utf8_lossy(&private)));
        Diagnostics::new()
    }
}

struct Shout;

static SHOUT: LazyLock<Signature> = LazyLock::new(|| Signature {
    summary: String::new(),
    description: String::new(),
    parameters: vec![Parameter::new("text", Type::String, "")],
    variadic: None,
    result: Type::String,
});

impl Function for Shout {
    fn signature(&self) -> &Signature {
        &SHOUT
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        match arguments[0].as_str() {
            Some("") => Err(FunctionError::argument(0, "nothing to shout")),
            text => Ok(text.unwrap_or_default().to_uppercase().into()),
        }
    }
}
