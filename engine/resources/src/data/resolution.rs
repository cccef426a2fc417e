//! `hotswap_resolution`: which versions a plugin and all it needs would get. A plan stores what it read, so that what was reviewed is what
//! is applied.

use std::sync::Arc;

use hotswap_api::ResolutionRequest;
use hotswap_client::Client;
use hotswap_model::{Constraint, PluginName};
use hotswap_sdk::schema::attribute::{list, map, string};
use hotswap_sdk::{DataSource, DataSourceReadRequest, DataSourceReadResponse, Diagnostic, Diagnostics, Schema, async_trait};
use hotswap_value::{Type, Value};

use crate::check::{constraint, reads_as};
use crate::connection::Connection;
use crate::diagnose::{client_error, sentence};
use crate::object::Object;
use crate::{answer, dependency};

pub(super) fn data_source(connection: Arc<Connection>) -> Arc<dyn DataSource> {
    let overrides = dependency::overrides();
    let schema = Schema::new(
        0,
        "Which versions a plugin and all it needs would get now. A plan stores what it read: give `resolved_version` and `versions` to a deployment, \
         and what was reviewed is what is applied.",
    )
    .attribute("plugin", string().required().validate(reads_as::<PluginName>("A name")).describe("The name of the plugin."))
    .attribute("version", string().required().validate(constraint()).describe("Which versions of it will do."))
    .attribute(
        "tenant",
        string().describe("For which tenant: dependencies it runs are had in the versions it runs. Without, everything is chosen freely."),
    )
    .attribute(
        "dependency_overrides",
        map(Type::String).describe(overrides.description.clone()).validate(crate::check::constraints_by_plugin()),
    )
    .attribute("resolved_version", string().computed().describe("The version of the plugin."))
    .attribute("sha256", string().computed().describe("SHA-256 of that version's bytes."))
    .attribute("dependencies", dependency::solution().describe("What it needs, directly and indirectly, by name."))
    .attribute(
        "versions",
        map(Type::String).computed().describe("The same as versions by the names of plugins, as `dependency_overrides` of a deployment takes them."),
    )
    .attribute("warnings", list(Type::String).computed().describe("What is to be known of these versions."));
    Arc::new(Resolution { schema, connection })
}

struct Resolution {
    schema: Schema,
    connection: Arc<Connection>,
}

#[async_trait]
impl DataSource for Resolution {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn read(&self, request: DataSourceReadRequest) -> DataSourceReadResponse {
        let client = match self.connection.require() {
            Ok(client) => client,
            Err(diagnostics) => return answer::found(Err(diagnostics)),
        };
        answer::found(resolve(client, request.config).await)
    }
}

async fn resolve(client: &Client, config: Value) -> Result<Value, Diagnostics> {
    let block = Object::root(&config);
    let (Some(plugin), Some(version)) = (block.parse::<PluginName>("plugin")?, block.parse::<Constraint>("version")?) else {
        return Err(Diagnostic::error("Incomplete question", sentence("plugin and version must be known to read this")).into());
    };
    let request =
        ResolutionRequest { plugin, version, tenant: block.parse("tenant")?, dependency_overrides: dependency::read_overrides(&block)? };
    let found = client.resolve(&request).await.map_err(|error| client_error(&error))?;
    let versions = found.dependencies.iter().map(|solved| (solved.plugin.as_str(), solved.version.to_string()));
    Ok(config
        .clone()
        .with("versions", Value::object(versions))
        .with("resolved_version", found.version.to_string())
        .with("sha256", found.sha256.to_string())
        .with("dependencies", dependency::solution_state(&found.dependencies))
        .with("warnings", Value::list(found.warnings)))
}
