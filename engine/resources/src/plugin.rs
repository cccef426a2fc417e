//! `hotswap_plugin`: a name under which versions are published.

use std::sync::Arc;

use hotswap_api as api;
use hotswap_model::{PluginId, PluginName, PluginSpec};
use hotswap_sdk::schema::attribute::{set, string};
use hotswap_sdk::{
    ApplyResponse, CreateRequest, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema, ImportRequest, ImportResponse, ReadRequest,
    ReadResponse, Resource, Schema, UpdateRequest, async_trait,
};
use hotswap_value::{Type, Value};

use crate::answer;
use crate::check::reads_as;
use crate::connection::Connection;
use crate::diagnose::{client_error, faults};
use crate::object::{Object, texts};
use crate::timeouts::{self, Limited};

/// The resource type.
pub(crate) fn resource(connection: Arc<Connection>) -> Arc<dyn Resource> {
    Arc::new(Plugin { schema: schema(), identity: identity(), connection })
}

/// What tells one from another.
fn identity() -> IdentitySchema {
    IdentitySchema::new(0).attribute("name", "The plugin's name.")
}

struct Plugin {
    schema: Schema,
    identity: IdentitySchema,
    connection: Arc<Connection>,
}

/// The schema of the resource block.
pub(crate) fn schema() -> Schema {
    let description = "A plugin: a name under which versions are published, and what people should know of it. The bytes are in \
                       `hotswap_plugin_version`. A plugin that still has versions or deployments cannot be deleted.";
    Schema::new(0, description)
        .attribute("id", string().computed().describe("Given by the platform, such as `plg_…`."))
        .attribute(
            "name",
            string().required().requires_replace().validate(reads_as::<PluginName>("A name")).describe(
                "Unique on the platform: 1 to 63 lower-case letters, digits and dashes, beginning with a letter. Changing it makes a new plugin.",
            ),
        )
        .attribute("display_name", string().describe("How people call it."))
        .attribute("publisher", string().describe("Who answers for it."))
        .attribute("category", string().describe("What it is for. A tenant's `allowed_categories` may limit it to some categories."))
        .attribute("description", string().describe("For people."))
        .attribute("tags", set(Type::String).default(Value::set::<Value>([])).describe("For search, at most 32 of 1 to 64 bytes."))
        .attribute("documentation_url", string().describe("Where it is explained: a URL with `https://` or `http://`."))
        .attribute("repository_url", string().describe("Where its source is: a URL with `https://` or `http://`."))
        .attribute(timeouts::NAME, timeouts::attribute())
}

/// The spec a block asks for. What is not known yet reads as absent, so that the rest can be checked.
fn spec(block: &Value) -> Result<PluginSpec, Diagnostic> {
    let block = Object::root(block);
    Ok(PluginSpec {
        name: match block.parse("name")? {
            Some(name) => name,
            None => "unknown".parse().expect("this is a name"),
        },
        display_name: block.text("display_name"),
        publisher: block.text("publisher"),
        category: block.text("category"),
        description: block.text("description"),
        tags: block.texts("tags"),
        documentation_url: block.text("documentation_url"),
        repository_url: block.text("repository_url"),
    })
}

/// The plugin as the block shows it.
pub(crate) fn state(plugin: &api::Plugin) -> Value {
    let spec = &plugin.spec;
    Value::object([
        ("id", Value::from(plugin.id.as_str())),
        ("name", spec.name.as_str().into()),
        ("display_name", spec.display_name.clone().into()),
        ("publisher", spec.publisher.clone().into()),
        ("category", spec.category.clone().into()),
        ("description", spec.description.clone().into()),
        ("tags", texts(&spec.tags)),
        ("documentation_url", spec.documentation_url.clone().into()),
        ("repository_url", spec.repository_url.clone().into()),
    ])
}

#[async_trait]
impl Resource for Plugin {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn identity_schema(&self) -> Option<&IdentitySchema> {
        Some(&self.identity)
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        match spec(config) {
            Ok(spec) => spec.validate().err().map(|found| faults(config, found.iter())).unwrap_or_default(),
            Err(diagnostic) => diagnostic.into(),
        }
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        answer::applied(self.make(&request).await)
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        answer::read(self.find(&request.state).await)
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        answer::applied(self.change(&request).await)
    }

    async fn delete(&self, request: DeleteRequest) -> Diagnostics {
        match self.connection.during(&request.operation, &request.prior, Limited::Delete) {
            Ok(client) => answer::deleted(client.delete_plugin(request.prior.get("name").as_str().unwrap_or_default()).await),
            Err(diagnostics) => diagnostics,
        }
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        answer::imported(self.named(&request.id).await)
    }
}

impl Plugin {
    async fn make(&self, request: &CreateRequest) -> Result<Value, Diagnostics> {
        let client = self.connection.during(&request.operation, &request.planned, Limited::Create)?;
        let made = client.create_plugin(&spec(&request.planned)?).await;
        made.map(|plugin| timeouts::kept(&request.planned, state(&plugin))).map_err(|error| client_error(&error))
    }

    async fn find(&self, block: &Value) -> Result<Option<Value>, Diagnostics> {
        let client = self.connection.within(block, Limited::Read)?;
        let found = client.get_plugin_coalesced(block.get("name").as_str().unwrap_or_default()).await;
        found.map(|found| found.map(|found| timeouts::kept(block, state(&found)))).map_err(|error| client_error(&error))
    }

    async fn change(&self, request: &UpdateRequest) -> Result<Value, Diagnostics> {
        let spec = spec(&request.planned)?;
        let client = self.connection.during(&request.operation, &request.planned, Limited::Update)?;
        let changed = client.update_plugin(spec.name.as_str(), &spec).await;
        changed.map(|plugin| timeouts::kept(&request.planned, state(&plugin))).map_err(|error| client_error(&error))
    }

    /// The plugin of this name or id.
    async fn named(&self, id: &str) -> Result<Value, Diagnostics> {
        if id.parse::<PluginName>().is_err() && id.parse::<PluginId>().is_err() {
            let problem = format!("{id:?} is neither a plugin's name, such as \"greeter\", nor its id, such as \"plg_…\".");
            return Err(answer::bad_import_id(problem));
        }
        let found = self.connection.require()?.get_plugin(id).await;
        found.map(|plugin| state(&plugin)).map_err(|error| client_error(&error))
    }
}

#[cfg(test)]
mod tests;
