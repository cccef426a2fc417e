//! Every tenant.

use std::sync::Arc;

use hotswap_sdk::{Diagnostics, Found, ListResource, Listed, Schema, async_trait};
use hotswap_value::Value;

use crate::connection::Connection;
use crate::tenant;

pub(super) fn list_resource(connection: Arc<Connection>) -> Arc<dyn ListResource> {
    Arc::new(Tenants { schema: Schema::new(0, "Every tenant of the platform, by name."), connection })
}

struct Tenants {
    schema: Schema,
    connection: Arc<Connection>,
}

#[async_trait]
impl ListResource for Tenants {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn list(&self, _: Value, found: &Found) -> Diagnostics {
        let client = match self.connection.require() {
            Ok(client) => client,
            Err(diagnostics) => return diagnostics,
        };
        super::tell(client.tenant_pages(), found, |told| Listed {
            display_name: told.spec.display_name.clone().unwrap_or_else(|| told.spec.name.to_string()),
            object: tenant::imported(told),
        })
        .await
    }
}
