//! The versions of a plugin that are not retired.

use std::sync::Arc;

use hotswap_model::PluginName;
use hotswap_sdk::schema::attribute::string;
use hotswap_sdk::{Diagnostics, Found, ListResource, Listed, Schema, async_trait};
use hotswap_value::Value;

use crate::check::reads_as;
use crate::connection::Connection;
use crate::diagnose::client_error;
use crate::plugin_version;

pub(super) fn list_resource(connection: Arc<Connection>) -> Arc<dyn ListResource> {
    let schema = Schema::new(0, "The versions of a plugin that are not retired, by precedence.")
        .attribute("plugin", string().required().validate(reads_as::<PluginName>("A name")).describe("The name of the plugin."));
    Arc::new(Versions { schema, connection })
}

struct Versions {
    schema: Schema,
    connection: Arc<Connection>,
}

#[async_trait]
impl ListResource for Versions {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn list(&self, config: Value, found: &Found) -> Diagnostics {
        let client = match self.connection.require() {
            Ok(client) => client,
            Err(diagnostics) => return diagnostics,
        };
        let versions = match client.list_versions(config.get("plugin").as_str().unwrap_or_default()).await {
            Ok(versions) => versions,
            Err(error) => return client_error(&error),
        };
        for told in &versions {
            let display_name = format!("{} {}", told.spec.plugin.as_str(), told.spec.version);
            if found.tell(Listed { display_name, object: plugin_version::state(told) }).await.is_break() {
                break;
            }
        }
        Diagnostics::new()
    }
}
