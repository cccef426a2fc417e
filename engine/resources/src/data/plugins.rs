//! `hotswap_plugins`: the plugins that fit a search.

use std::sync::Arc;

use hotswap_client::PluginSearch;
use hotswap_model::Channel;
use hotswap_sdk::schema::attribute::{list_of, string};
use hotswap_sdk::validators::one_of;
use hotswap_sdk::{DataSource, DataSourceReadRequest, DataSourceReadResponse, Diagnostics, Schema, async_trait};
use hotswap_value::Value;

use super::read_only;
use crate::connection::Connection;
use crate::diagnose::client_error;
use crate::object::Object;
use crate::plugin_version::CHANNELS;
use crate::{answer, plugin};

pub(super) fn data_source(connection: Arc<Connection>) -> Arc<dyn DataSource> {
    let schema = with_search(Schema::new(0, "The plugins that fit every part of a search that is given; all of them if none is."))
        .attribute("plugins", list_of(read_only(plugin::schema(), &[], &["timeouts"])).computed().describe("The plugins, the best first."));
    Arc::new(Plugins { schema, connection })
}

/// Adds what may be searched for.
pub(crate) fn with_search(schema: Schema) -> Schema {
    schema
        .attribute("query", string().describe("Words to look for in names, descriptions, publishers and tags: each must be found, the last may be the beginning of one, and in long \
                 ones a typo is forgiven."))
        .attribute("category", string().describe("Only plugins of this category."))
        .attribute("tag", string().describe("Only plugins with this tag."))
        .attribute("publisher", string().describe("Only plugins of this publisher."))
        .attribute(
            "capability",
            string().describe(
                "Only plugins with a live version that offers or asks for this interface, such as `wasi:http/outgoing-handler`; the \
                 interface's own version may be left out.",
            ),
        )
        .attribute(
            "channel",
            string().validate(one_of(CHANNELS)).describe(
                "Only plugins with a live version on this channel, which has the `capability` if that is given, too: `alpha`, `beta`, \
                 `stable`, `deprecated` or `archived`.",
            ),
        )
}

/// The search a block asks for.
pub(crate) fn search(block: &Value) -> PluginSearch {
    let asked = Object::root(block);
    PluginSearch {
        query: asked.text("query"),
        category: asked.text("category"),
        tag: asked.text("tag"),
        publisher: asked.text("publisher"),
        capability: asked.text("capability"),
        channel: asked.text("channel").and_then(|name| Channel::ALL.into_iter().find(|channel| channel.as_str() == name)),
    }
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
        let found = self.connection.require()?.search_plugins(&search(&config)).await.map_err(|error| client_error(&error))?;
        Ok(config.with("plugins", Value::list(found.iter().map(plugin::state))))
    }
}
