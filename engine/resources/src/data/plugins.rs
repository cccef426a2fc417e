//! `hotswap_plugins`: the plugins that fit a search.

use std::sync::Arc;

use hotswap_client::PluginSearch;
use hotswap_sdk::schema::attribute::{list_of, string};
use hotswap_sdk::{DataSource, DataSourceReadRequest, DataSourceReadResponse, Diagnostics, Schema, async_trait};
use hotswap_value::Value;

use super::read_only;
use crate::connection::Connection;
use crate::diagnose::client_error;
use crate::object::Object;
use crate::{answer, plugin};

pub(super) fn data_source(connection: Arc<Connection>) -> Arc<dyn DataSource> {
    let schema = Schema::new(0, "The plugins that fit every part of a search that is given; all of them if none is.")
        .attribute("query", string().describe("Words to look for in names, descriptions, publishers and tags."))
        .attribute("category", string().describe("Only plugins of this category."))
        .attribute("tag", string().describe("Only plugins with this tag."))
        .attribute("publisher", string().describe("Only plugins of this publisher."))
        .attribute("plugins", list_of(read_only(plugin::schema(), &[], &[])).computed().describe("The plugins, the best first."));
    Arc::new(Plugins { schema, connection })
}

struct Plugins {
    schema: Schema,
    connection: Arc<Connection>,
}

#[async_trait]
impl DataSource for Plugins {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn read(&self, request: DataSourceReadRequest) -> DataSourceReadResponse {
        answer::found(self.search(request.config).await)
    }
}

impl Plugins {
    async fn search(&self, config: Value) -> Result<Value, Diagnostics> {
        let asked = Object::root(&config);
        let search = PluginSearch {
            query: asked.text("query"),
            category: asked.text("category"),
            tag: asked.text("tag"),
            publisher: asked.text("publisher"),
        };
        let found = self.connection.require()?.search_plugins(&search).await.map_err(|error| client_error(&error))?;
        Ok(config.with("plugins", Value::list(found.iter().map(plugin::state))))
    }
}
