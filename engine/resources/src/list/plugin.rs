//! The plugins that fit a search.

use std::sync::Arc;

use hotswap_sdk::{Diagnostics, Found, ListResource, Listed, Schema, async_trait};
use hotswap_value::Value;

use crate::connection::Connection;
use crate::{data, plugin};

pub(super) fn list_resource(connection: Arc<Connection>) -> Arc<dyn ListResource> {
    let schema = data::with_search(Schema::new(0, "The plugins that fit every part of a search that is given; all of them if none is."));
    Arc::new(Plugins { schema, connection })
}

struct Plugins {
    schema: Schema,
    connection: Arc<Connection>,
}

#[async_trait]
impl ListResource for Plugins {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn list(&self, config: Value, found: &Found) -> Diagnostics {
        let client = match self.connection.require() {
            Ok(client) => client,
            Err(diagnostics) => return diagnostics,
        };
        super::tell(client.plugin_pages(&data::search(&config)), found, |told| Listed {
            display_name: told.spec.name.to_string(),
            object: plugin::state(told),
        })
        .await
    }
}
