//! `hotswap_plugin_version`: a published version.

use std::sync::Arc;

use hotswap_model::Version;
use hotswap_sdk::schema::attribute::boolean;
use hotswap_sdk::{DataSource, DataSourceReadRequest, DataSourceReadResponse, Diagnostics, Schema, async_trait};
use hotswap_value::Value;

use super::read_only;
use crate::connection::Connection;
use crate::diagnose::client_error;
use crate::object::Object;
use crate::{answer, plugin_version};

pub(super) fn data_source(connection: Arc<Connection>) -> Arc<dyn DataSource> {
    let schema = Schema::new(0, "A version that is or was published.").attributes(read_only(
        plugin_version::schema(),
        &["plugin", "version"],
        &["source", "timeouts"],
    ));
    let schema =
        schema.attribute("retired", boolean().computed().describe("Whether it is retired: never chosen anew, what runs of it goes on."));
    Arc::new(PluginVersion { schema, connection })
}

struct PluginVersion {
    schema: Schema,
    connection: Arc<Connection>,
}

#[async_trait]
impl DataSource for PluginVersion {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn read(&self, request: DataSourceReadRequest) -> DataSourceReadResponse {
        answer::found(self.find(&request.config).await)
    }
}

impl PluginVersion {
    async fn find(&self, config: &Value) -> Result<Value, Diagnostics> {
        let asked = Object::root(config);
        let (plugin, version) =
            (asked.text("plugin").unwrap_or_default(), asked.parse::<Version>("version")?.unwrap_or(Version::new(0, 0, 0)));
        let found = self.connection.require()?.get_version(&plugin, &version).await.map_err(|error| client_error(&error))?;
        Ok(plugin_version::state(&found).with("retired", found.retired_at.is_some()))
    }
}
