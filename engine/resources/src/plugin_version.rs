//! `hotswap_plugin_version`: a component published under a number, once and for all.

mod plan;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hotswap_api as api;
use hotswap_api::ErrorCode;
use hotswap_client::{Client, ClientError};
use hotswap_component::{ComponentError, ComponentInfo, Inspector};
use hotswap_model::{Channel, Digest, Hasher, PluginName, Replacement, Version, VersionId, VersionSpec};
use hotswap_sdk::schema::attribute::{list, number, string};
use hotswap_sdk::validators::{length, one_of};
use hotswap_sdk::{
    ApplyResponse, CreateRequest, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema, ImportRequest, ImportResponse, PlanRequest,
    PlanResponse, ReadRequest, ReadResponse, Resource, Schema, UpdateRequest, async_trait,
};
use hotswap_value::{Type, Value};

use crate::answer;
use crate::check::{json_object, reads_as};
use crate::connection::Connection;
use crate::dependency;
use crate::diagnose::{client_error, faults, sentence};
use crate::meaning::{Meaning, Meanings, keep};
use crate::object::Object;
use crate::timeouts::{self, Limited};

/// Texts that may differ and mean the same.
const MEANINGS: Meanings = &[(&["default_config"], Meaning::Json)];

/// The channels as they are written.
pub(crate) const CHANNELS: &[&str] = &["alpha", "beta", "stable", "deprecated", "archived"];

/// Bytes of a file that are read at once.
const PIECE: usize = 256 << 10;

/// What the platform knows of a version and lets change.
const CHANGING: [&str; 4] = ["channel", "channel_message", "replacement", "release_notes"];

/// How often bytes are sent that somebody else takes away.
const UPLOADS: usize = 3;

/// The resource type.
pub(crate) fn resource(connection: Arc<Connection>) -> Arc<dyn Resource> {
    Arc::new(PluginVersion { schema: schema(), identity: identity(), connection })
}

/// What tells one from another.
fn identity() -> IdentitySchema {
    IdentitySchema::new(0).attribute("plugin", "The name of the plugin.").attribute("version", "The number of the version.")
}

struct PluginVersion {
    schema: Schema,
    identity: IdentitySchema,
    connection: Arc<Connection>,
}

/// The schema of the resource block.
pub(crate) fn schema() -> Schema {
    let description = "A published version of a plugin: a WebAssembly component that exports `wasi:http/incoming-handler`. Versions are \
                       immutable: other bytes, another `default_config` or other `dependencies` need another number. Deleting a version retires it: what runs of it \
                       goes on, nothing new is resolved to it, and its number comes back only with the same content.";
    Schema::new(0, description)
        .attribute("id", string().computed().describe("Given by the platform, such as `ver_…`."))
        .attribute(
            "plugin",
            string().required().requires_replace().validate(reads_as::<PluginName>("A name")).describe("The name of the plugin. Changing it publishes a new version."),
        )
        .attribute(
            "version",
            string().required().requires_replace().validate(reads_as::<Version>("A semantic version without build metadata")).describe(
                "Its number: a [semantic version](https://semver.org) without build metadata, such as `1.4.0` or `2.0.0-rc.1`. Changing it \
                 publishes a new version and retires the old one.",
            ),
        )
        .attribute(
            "source",
            string().required().validate(length(1..=4096)).describe(
                "Path of the component, `.wasm` or `.wat`. Read when planning; a file that changes between plan and apply is not published, which \
                 Terraform calls an inconsistent final plan. Once the version is published the file may be missing, and another \
                 path with the same bytes changes nothing but this attribute. Cannot be imported.",
            ),
        )
        .attribute(
            "channel",
            string().default(Channel::default().as_str()).validate(one_of(CHANNELS)).describe(
                "How far it may be trusted: `alpha`, `beta`, `stable`, `deprecated` (still chosen, last and with a warning) or `archived` (never \
                 chosen anew, what runs goes on). From `deprecated` a version goes to `stable` or `archived`, from `archived` only to \
                 `deprecated`, otherwise anywhere. Default: `stable`.",
            ),
        )
        .attribute(
            "channel_message",
            string().validate(length(1..=VersionSpec::LONGEST_MESSAGE)).describe(
                "Why it is in that channel. Told to whoever deploys the version while it is `deprecated` or `archived`. May change later.",
            ),
        )
        .attribute(
            "replacement",
            string().validate(reads_as::<Replacement>("A version")).describe(
                "What to take instead: a version of the same plugin, such as `1.1.0`, or one of another, such as `greeter@2.0.0`. Told with \
                 `channel_message`. May change later.",
            ),
        )
        .attribute(
            "default_config",
            string().validate(json_object()).describe(
                "A JSON object as text, as `jsonencode({...})` gives it; a deployment's `config` goes over it key by key. Immutable, as the bytes are.",
            ),
        )
        .attribute("dependencies", dependency::declared())
        .attribute("release_notes", string().describe("For people. May change later."))
        .attribute("sha256", string().computed().describe("SHA-256 of the component's bytes as given, in hexadecimal digits."))
        .attribute("size", number().computed().describe("Bytes of the component."))
        .attribute("exports", list(Type::String).computed().describe("Interfaces the component offers, sorted."))
        .attribute("imports", list(Type::String).computed().describe("Interfaces the component needs, sorted."))
        .attribute(timeouts::NAME, timeouts::attribute())
}

/// Why a file gave no component.
enum LoadError {
    Missing(Diagnostic),
    Other(Diagnostic),
}

impl LoadError {
    fn into_diagnostic(self) -> Diagnostic {
        match self {
            Self::Missing(diagnostic) | Self::Other(diagnostic) => diagnostic,
        }
    }
}

/// What the component in a file is. It is read in pieces: a large one is never in memory as a whole.
async fn load(source: &str) -> Result<ComponentInfo, LoadError> {
    // On a thread of its own: a large one takes long enough to keep every other call waiting.
    let path = PathBuf::from(source);
    let inspected = match tokio::task::spawn_blocking(move || inspect(&path)).await {
        Ok(inspected) => inspected,
        Err(crash) => std::panic::resume_unwind(crash.into_panic()),
    };
    let inspected = inspected.map_err(|error| {
        let detail = format!(
            "{source:?} cannot be read: {error}. A path is relative to the folder the command runs in; begin it with `${{path.module}}/`."
        );
        let diagnostic = Diagnostic::error("Cannot read the component", detail).at("source");
        if error.kind() == io::ErrorKind::NotFound { LoadError::Missing(diagnostic) } else { LoadError::Other(diagnostic) }
    })?;
    inspected.map_err(|error| {
        let detail = format!("{source:?}: {}", sentence(error));
        LoadError::Other(Diagnostic::error("Not a usable component", detail).at("source"))
    })
}

/// Looks into a file.
fn inspect(path: &Path) -> io::Result<Result<ComponentInfo, ComponentError>> {
    let mut file = File::open(path)?;
    let (mut inspector, mut hasher, mut piece) = (Inspector::default(), Hasher::default(), vec![0; PIECE]);
    loop {
        let read = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&piece[..read]);
        if let Err(error) = inspector.update(&piece[..read]) {
            return Ok(Err(error));
        }
    }
    Ok(inspector.finish(hasher.finish()).and_then(|info| info.require_handler().map(|()| info)))
}

/// Publishes a version. Between upload and publishing somebody may retire the last version with the same bytes, which takes them
/// along: then they are sent again.
async fn upload_and_publish(client: &Client, spec: &VersionSpec, file: &Path) -> Result<api::PluginVersion, ClientError> {
    for _ in 1..UPLOADS {
        client.upload_component_file(&spec.sha256, file, |_, _| ()).await?;
        match client.publish_version(spec).await {
            Err(error) if error.code() == Some(ErrorCode::ComponentNotFound) => {}
            published => return published,
        }
    }
    client.upload_component_file(&spec.sha256, file, |_, _| ()).await?;
    client.publish_version(spec).await
}

/// The spec a block asks for with these bytes. What is not known yet reads as absent, so that the rest can be checked.
fn spec(block: &Value, sha256: Digest) -> Result<VersionSpec, Diagnostic> {
    let block = Object::root(block);
    Ok(VersionSpec {
        plugin: match block.parse("plugin")? {
            Some(name) => name,
            None => "unknown".parse().expect("this is a name"),
        },
        version: block.parse("version")?.unwrap_or(Version::new(0, 0, 0)),
        sha256,
        dependencies: dependency::read(&block)?,
        channel: channel(block.get("channel")),
        channel_message: block.text("channel_message"),
        replacement: block.parse("replacement")?,
        default_config: block.text("default_config"),
        release_notes: block.text("release_notes"),
    })
}

fn channel(value: &Value) -> Channel {
    Channel::ALL.into_iter().find(|channel| value.as_str() == Some(channel.as_str())).unwrap_or_default()
}

/// The version as the block shows it, but for `source`, which the platform does not know.
pub(crate) fn state(version: &api::PluginVersion) -> Value {
    let spec = &version.spec;
    Value::object([
        ("id", Value::from(version.id.as_str())),
        ("plugin", spec.plugin.as_str().into()),
        ("version", spec.version.to_string().into()),
        ("channel", spec.channel.as_str().into()),
        ("channel_message", spec.channel_message.clone().into()),
        ("replacement", spec.replacement.as_ref().map(ToString::to_string).into()),
        ("default_config", spec.default_config.clone().into()),
        ("dependencies", dependency::declared_state(&spec.dependencies)),
        ("release_notes", spec.release_notes.clone().into()),
        ("sha256", spec.sha256.to_string().into()),
        ("size", version.size.into()),
        ("exports", Value::list(version.exports.iter().map(String::as_str))),
        ("imports", Value::list(version.imports.iter().map(String::as_str))),
    ])
}

/// The same with the source and `timeouts`, and the texts as they were written in `block`.
fn state_like(block: &Value, version: &api::PluginVersion) -> Value {
    keep(MEANINGS, block, timeouts::kept(block, state(version).with("source", block.get("source").clone())))
}

/// Which version a block means.
fn address(block: &Value) -> Result<(PluginName, Version), Diagnostics> {
    let object = Object::root(block);
    match (object.parse("plugin")?, object.parse("version")?) {
        (Some(plugin), Some(version)) => Ok((plugin, version)),
        _ => Err(Diagnostic::error("Incomplete state", "The state names no plugin and version; import the version again.").into()),
    }
}

#[async_trait]
impl Resource for PluginVersion {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn identity_schema(&self) -> Option<&IdentitySchema> {
        Some(&self.identity)
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        match spec(config, Digest::of(b"")) {
            Ok(spec) => dependency::on_set(spec.validate().err().map(|found| faults(config, found.iter())).unwrap_or_default()),
            Err(diagnostic) => diagnostic.into(),
        }
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        self.plan_version(request).await
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        answer::applied(self.publish(&request).await)
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        answer::read(self.find(&request.state).await)
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        answer::applied(self.change(request).await)
    }

    async fn delete(&self, request: DeleteRequest) -> Diagnostics {
        match (self.connection.during(&request.operation, &request.prior, Limited::Delete), address(&request.prior)) {
            (Ok(client), Ok((plugin, version))) => answer::deleted(client.retire_version(plugin.as_str(), &version).await),
            (Err(diagnostics), _) | (_, Err(diagnostics)) => diagnostics,
        }
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        answer::imported(self.named(&request.id).await)
    }
}

impl PluginVersion {
    async fn publish(&self, request: &CreateRequest) -> Result<Value, Diagnostics> {
        let client = self.connection.during(&request.operation, &request.planned, Limited::Create)?;
        let planned = &request.planned;
        let source = planned.get("source").as_str().unwrap_or_default();
        let loaded = load(source).await.map_err(LoadError::into_diagnostic)?;
        let (digest, wanted) = (loaded.digest, planned.get("sha256"));
        if wanted.as_str().is_some_and(|wanted| wanted != digest.to_string()) {
            let detail = format!(
                "{source:?} had the SHA-256 {} when it was planned and has {digest} now. Nothing was published; plan again to publish what it is now.",
                wanted.as_str().unwrap_or_default()
            );
            return Err(Diagnostic::error("The component changed since the plan", detail).at("source").into());
        }
        let spec = spec(planned, digest)?;
        let published = upload_and_publish(&client, &spec, Path::new(source)).await.map_err(|error| client_error(&error))?;
        Ok(state_like(planned, &published))
    }

    async fn find(&self, block: &Value) -> Result<Option<Value>, Diagnostics> {
        let (plugin, version) = address(block)?;
        let found = self.connection.within(block, Limited::Read)?.get_version_coalesced(plugin.as_str(), &version).await;
        found.map(|found| found.map(|version| state_like(block, &version))).map_err(|error| client_error(&error))
    }

    async fn change(&self, request: UpdateRequest) -> Result<Value, Diagnostics> {
        let UpdateRequest { prior, planned, operation, .. } = request;
        if CHANGING.iter().all(|name| prior.get(name) == planned.get(name)) {
            // Another path of the same bytes, or other times: what the platform does not know.
            return Ok(planned);
        }
        let spec = spec(&planned, Digest::of(b""))?;
        let change = api::VersionChange::none(&spec);
        let client = self.connection.during(&operation, &planned, Limited::Update)?;
        let changed = client.change_version(spec.plugin.as_str(), &spec.version, &change).await;
        changed.map(|version| state_like(&planned, &version)).map_err(|error| client_error(&error))
    }

    /// The version of this `plugin/version` or id.
    async fn named(&self, id: &str) -> Result<Value, Diagnostics> {
        let client = self.connection.require()?;
        let found = if let Ok(id) = id.parse::<VersionId>() {
            client.get_version_by_id(&id).await
        } else {
            let parsed = id
                .split_once('/')
                .and_then(|(plugin, version)| Some((plugin.parse::<PluginName>().ok()?, version.parse::<Version>().ok()?)));
            let Some((plugin, version)) = parsed else {
                let problem =
                    format!("{id:?} is neither PLUGIN/VERSION, such as \"greeter/1.0.0\", nor a version's id, such as \"ver_…\".");
                return Err(answer::bad_import_id(problem));
            };
            client.get_version(plugin.as_str(), &version).await
        };
        let found = found.map_err(|error| client_error(&error))?;
        if found.retired_at.is_some() {
            let detail = format!(
                "Version {version} of plugin {plugin:?} is retired. To have it back, declare it without an import: it comes back with the same content.",
                version = found.spec.version,
                plugin = found.spec.plugin.as_str()
            );
            return Err(Diagnostic::error("The version is retired", detail).into());
        }
        Ok(state(&found))
    }
}
