//! A small provider for the tests against real Terraform: things are files in a folder.
//!
//! The `note` of a thing tells it to misbehave: `half` fails after the file was written, `panic` panics, `wait` waits until it is asked
//! to stop, `tell` tells in a warning what was put aside with it, to which each call adds its name.

use std::{
    collections::BTreeMap,
    os::unix::net::UnixStream,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use hotswap_provider::Program;
use hotswap_sdk::{
    ApplyResponse, ConfigureRequest, CreateRequest, DataSource, DataSourceReadRequest, DataSourceReadResponse, DeleteRequest, Diagnostic,
    Diagnostics, EphemeralResource, Found, Function, FunctionError, IdentitySchema, ImportRequest, ImportResponse, ListResource, Listed,
    OpenRequest, OpenResponse, Parameter, PlanRequest, PlanResponse, Provider, ReadRequest, ReadResponse, RenewResponse, Resource, Schema,
    Signature, Stop, UpdateRequest, async_trait,
    schema::attribute::{dynamic, number, set, single, string},
    validators::{exactly_one_of, length, whole_number},
    value::{Type, Value, json},
};

fn main() -> ExitCode {
    let program = Program { name: "terraform-provider-toy", version: "0.0.0", address: "registry.terraform.io/hotswap-test/toy" };
    hotswap_provider::run(program, || Arc::new(Toy::new()))
}

struct Toy {
    schema: Schema,
    folder: Arc<OnceLock<PathBuf>>,
    stop: Stop,
    resources: BTreeMap<String, Arc<dyn Resource>>,
    data_sources: BTreeMap<String, Arc<dyn DataSource>>,
    ephemeral_resources: BTreeMap<String, Arc<dyn EphemeralResource>>,
    list_resources: BTreeMap<String, Arc<dyn ListResource>>,
    functions: BTreeMap<String, Arc<dyn Function>>,
}

impl Toy {
    fn new() -> Self {
        let (folder, stop) = (Arc::new(OnceLock::new()), Stop::new());
        let thing = Thing {
            schema: thing_schema(),
            identity: IdentitySchema::new(0).attribute("name", "The thing's name."),
            folder: Arc::clone(&folder),
            stop: stop.clone(),
        };
        let listing = Listing {
            schema: Schema::new(0, "Things by the beginning of their names").attribute("prefix", string().default("")),
            thing: thing_schema(),
            folder: Arc::clone(&folder),
        };
        let key = Key {
            schema: Schema::new(0, "A key")
                .attribute("name", string().required().validate(length(1..=10)))
                .attribute("length", number().default(8))
                .attribute("secret", string().computed().sensitive()),
            folder: Arc::clone(&folder),
        };
        let things = Things {
            schema: Schema::new(0, "The names of all things")
                .attribute("prefix", string().default(""))
                .attribute("names", set(Type::String).computed()),
            folder: Arc::clone(&folder),
        };
        let shout = Shout(Signature {
            summary: "Shouts".into(),
            description: "Gives text in capitals.".into(),
            parameters: vec![Parameter::new("text", Type::String, "What to shout")],
            variadic: None,
            result: Type::String,
        });
        Self {
            schema: Schema::new(0, "Things in a folder").attribute("folder", string().required()),
            folder,
            stop,
            resources: BTreeMap::from([("toy_thing".to_owned(), Arc::new(thing) as Arc<dyn Resource>)]),
            data_sources: BTreeMap::from([("toy_things".to_owned(), Arc::new(things) as Arc<dyn DataSource>)]),
            ephemeral_resources: BTreeMap::from([("toy_key".to_owned(), Arc::new(key) as Arc<dyn EphemeralResource>)]),
            list_resources: BTreeMap::from([("toy_thing".to_owned(), Arc::new(listing) as Arc<dyn ListResource>)]),
            functions: BTreeMap::from([("shout".to_owned(), Arc::new(shout) as Arc<dyn Function>)]),
        }
    }
}

#[async_trait]
impl Provider for Toy {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        if let Some(folder) = request.config.get("folder").as_str() {
            let _ = self.folder.set(folder.into());
        }
        Diagnostics::new()
    }

    fn resources(&self) -> &BTreeMap<String, Arc<dyn Resource>> {
        &self.resources
    }

    fn data_sources(&self) -> &BTreeMap<String, Arc<dyn DataSource>> {
        &self.data_sources
    }

    fn ephemeral_resources(&self) -> &BTreeMap<String, Arc<dyn EphemeralResource>> {
        &self.ephemeral_resources
    }

    fn list_resources(&self) -> &BTreeMap<String, Arc<dyn ListResource>> {
        &self.list_resources
    }

    fn functions(&self) -> &BTreeMap<String, Arc<dyn Function>> {
        &self.functions
    }

    fn stop(&self) {
        self.stop.request();
    }
}

struct Thing {
    schema: Schema,
    identity: IdentitySchema,
    folder: Arc<OnceLock<PathBuf>>,
    stop: Stop,
}

fn thing_schema() -> Schema {
    let probe = single([
        ("port", number().required().validate(whole_number(1..=65535))),
        ("path", string().default("/")),
        ("http", string()),
        ("tcp", string()),
    ]);
    Schema::new(0, "A thing")
        .attribute("id", string().computed().describe("Its file"))
        .attribute("name", string().required().requires_replace().validate(length(1..=10)))
        .attribute("size", number().default(3))
        .attribute("note", string())
        .attribute("tags", set(Type::String))
        .attribute("config", dynamic())
        .attribute("secret", string().write_only())
        .attribute("secret_length", number().computed())
        .attribute("probe", probe.validate(exactly_one_of(&["http", "tcp"])))
        .attribute("revision", number().computed())
}

impl Thing {
    fn file(&self, name: &Value) -> PathBuf {
        let folder = self.folder.get().expect("Terraform configures a provider before it applies");
        folder.join(format!("{}.json", name.as_str().unwrap_or_default()))
    }

    fn write(&self, object: &Value) -> Result<(), Diagnostics> {
        let failed = |error: String| Diagnostics::from(Diagnostic::error("Thing not written", error));
        let text = json::encode(object, &self.schema.ty()).map_err(|error| failed(error.to_string()))?;
        std::fs::write(self.file(object.get("name")), text).map_err(|error| failed(error.to_string()))
    }

    async fn apply(&self, planned: Value, config: &Value, revision: i64, private: Vec<u8>) -> ApplyResponse {
        let secret_length = config.get("secret").as_str().map(|secret| secret.len() as u64);
        let object = planned
            .clone()
            .with("id", format!("thing-{}", planned.get("name").as_str().unwrap_or_default()))
            .with("secret_length", secret_length)
            .with("revision", revision);
        let mut diagnostics = Diagnostics::new();
        match object.get("note").as_str() {
            Some("panic") => panic!("the note said so"),
            Some("wait") => {
                let here = UnixStream::connect(self.file(&Value::Null).with_file_name("waiting"));
                here.expect("the test listens for the wait");
                self.stop.requested().await;
                diagnostics.push(Diagnostic::warning("Stopped waiting", "The thing goes on without us."));
            }
            _ => {}
        }
        if let Err(problems) = self.write(&object) {
            return problems.into();
        }
        if object.get("note").as_str() == Some("half") {
            diagnostics.push(Diagnostic::error("Half done", "The thing exists but is not right.").at("note"));
        }
        ApplyResponse { state: Some(object), private, diagnostics }
    }
}

#[async_trait]
impl Resource for Thing {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn identity_schema(&self) -> Option<&IdentitySchema> {
        Some(&self.identity)
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        let changes = request.is_change();
        let tells = request.config.get("note").as_str() == Some("tell");
        let mut response = PlanResponse::from(request);
        response.private = and(&response.private, "plan");
        if tells {
            response.diagnostics.push(Diagnostic::warning("Put aside", String::from_utf8_lossy(&response.private)));
        }
        if changes {
            response.planned.set_attribute("revision", Value::Unknown);
            response.planned.set_attribute("secret_length", Value::Unknown);
        }
        response
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        self.apply(request.planned, &request.config, 1, and(&request.private, "create")).await
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        let Ok(text) = std::fs::read(self.file(request.state.get("name"))) else { return ReadResponse::default() };
        let state = json::decode(&text, &self.schema.ty()).expect("the file was written by this provider");
        ReadResponse { state: Some(state), private: and(&request.private, "read"), ..ReadResponse::default() }
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        let revision = request.prior.get("revision").as_i64().unwrap_or_default() + 1;
        self.apply(request.planned, &request.config, revision, and(&request.private, "update")).await
    }

    async fn delete(&self, request: DeleteRequest) -> Diagnostics {
        let removed = std::fs::remove_file(self.file(request.prior.get("name")));
        removed.err().map(|error| Diagnostic::error("Thing not deleted", error.to_string())).into_iter().collect()
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        let name = Value::from(request.id);
        let state = self.file(&name).exists().then(|| Value::object([("name", name)]));
        ImportResponse { state, private: b"import".to_vec(), ..ImportResponse::default() }
    }
}

/// What was put aside, and one more word.
fn and(private: &[u8], word: &str) -> Vec<u8> {
    let said = String::from_utf8_lossy(private);
    said.split_whitespace().chain([word]).collect::<Vec<_>>().join(" ").into_bytes()
}

struct Listing {
    schema: Schema,
    thing: Schema,
    folder: Arc<OnceLock<PathBuf>>,
}

#[async_trait]
impl ListResource for Listing {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn list(&self, config: Value, found: &Found) -> Diagnostics {
        let prefix = config.get("prefix").as_str().unwrap_or_default();
        assert_ne!(prefix, "panic", "the prefix said so");
        let Some(folder) = self.folder.get() else { return Diagnostic::error("No folder", "The provider is not configured.").into() };
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path()).collect();
        files.sort();
        for file in files {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read(&file).unwrap_or_default();
            let Ok(object) = json::decode(&text, &self.thing.ty()) else {
                return Diagnostic::warning("Not a thing", format!("{name} can't be read.")).into();
            };
            if name.starts_with(prefix) && found.tell(Listed { display_name: format!("Thing {name}"), object }).await.is_break() {
                std::fs::write(folder.with_file_name("enough"), name).unwrap_or_default();
                break;
            }
        }
        Diagnostics::new()
    }
}

/// Open while there is a file of its name.
struct Key {
    schema: Schema,
    folder: Arc<OnceLock<PathBuf>>,
}

impl Key {
    fn file(&self, name: &str) -> PathBuf {
        let folder = self.folder.get().expect("Terraform configures a provider before it opens anything");
        folder.with_file_name(format!("{name}.key"))
    }
}

#[async_trait]
impl EphemeralResource for Key {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn open(&self, request: OpenRequest) -> OpenResponse {
        let name = request.config.get("name").as_str().unwrap_or_default().to_owned();
        if let Err(error) = std::fs::write(self.file(&name), "open") {
            return Diagnostics::from(Diagnostic::error("Key not opened", error.to_string())).into();
        }
        let length = usize::try_from(request.config.get("length").as_u64().unwrap_or_default()).unwrap_or_default();
        OpenResponse {
            result: request.config.with("secret", "k".repeat(length)),
            private: name.into_bytes(),
            renew_at: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000)),
            diagnostics: Diagnostics::new(),
        }
    }

    async fn renew(&self, private: Vec<u8>) -> RenewResponse {
        let renewed = std::fs::write(self.file(&String::from_utf8_lossy(&private)), "renewed");
        let diagnostics = renewed.err().map(|error| Diagnostic::error("Key not renewed", error.to_string())).into_iter().collect();
        RenewResponse { private, renew_at: None, diagnostics }
    }

    async fn close(&self, private: Vec<u8>) -> Diagnostics {
        let removed = std::fs::remove_file(self.file(&String::from_utf8_lossy(&private)));
        removed.err().map(|error| Diagnostic::error("Key not closed", error.to_string())).into_iter().collect()
    }
}

struct Things {
    schema: Schema,
    folder: Arc<OnceLock<PathBuf>>,
}

#[async_trait]
impl DataSource for Things {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn read(&self, request: DataSourceReadRequest) -> DataSourceReadResponse {
        let prefix = request.config.get("prefix").as_str().unwrap_or_default().to_owned();
        let folder = self.folder.get().expect("Terraform configures a provider before it reads");
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names = files.filter_map(|file| file.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
        let names = Value::set(names.filter(|name| name.starts_with(&prefix)));
        request.config.with("names", names).into()
    }
}

struct Shout(Signature);

impl Function for Shout {
    fn signature(&self) -> &Signature {
        &self.0
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        match arguments[0].as_str() {
            Some("panic") => panic!("the text said so"),
            Some(text) if text.chars().any(char::is_uppercase) => Err(FunctionError::argument(0, "That is loud enough already.")),
            text => Ok(text.unwrap_or_default().to_uppercase().into()),
        }
    }
}
