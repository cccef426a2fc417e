//! `hotswap_plugin`: a plugin, with the versions that are published.

use std::sync::Arc;

use hotswap_sdk::schema::attribute::list;
use hotswap_sdk::{DataSource, DataSourceReadRequest, DataSourceReadResponse, Diagnostics, Schema, async_trait};
use hotswap_value::{Type, Value};

use super::read_only;
use crate::connection::Connection;
use crate::diagnose::client_error;
use crate::{answer, plugin};

pub(super) fn data_source(connection: Arc<Connection>) -> Arc<dyn DataSource> {
    let schema = Schema::new(0, "A plugin that is there, with the versions that are published of it.").attributes(read_only(
        plugin::schema(),
        &["name"],
        &["timeouts"],
    ));
    let versions = list(Type::String).computed();
    let schema = schema.attribute("versions", versions.describe("The numbers of its versions that are not retired, the lowest first."));
    Arc::new(Plugin { schema, connection })
}

struct Plugin {
    schema: Schema,
    connection: Arc<Connection>,
}

#[async_trait]
impl DataSource for Plugin {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn read(&self, request: DataSourceReadRequest) -> DataSourceReadResponse {
        answer::found(self.find(request.config.get("name").as_str().unwrap_or_default()).await)
    }
}

impl Plugin {
    async fn find(&self, name: &str) -> Result<Value, Diagnostics> {
        let client = self.connection.require()?;
        let found = client.get_plugin(name).await.map_err(|error| client_error(&error))?;
        let versions = client.list_versions(name).await.map_err(|error| client_error(&error))?;
        let versions = versions.iter().map(|version| version.spec.version.to_string());
        Ok(plugin::state(&found).with("versions", Value::list(versions)))
    }
}
