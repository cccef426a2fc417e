//! The deployments of a tenant, or of all of them.

use std::sync::Arc;

use hotswap_model::TenantName;
use hotswap_sdk::schema::attribute::string;
use hotswap_sdk::{Diagnostics, Found, ListResource, Listed, Schema, async_trait};
use hotswap_value::Value;

use crate::check::reads_as;
use crate::connection::Connection;
use crate::deployment;

pub(super) fn list_resource(connection: Arc<Connection>) -> Arc<dyn ListResource> {
    let schema = Schema::new(0, "The deployments of a tenant, or of all tenants.").attribute(
        "tenant",
        string().validate(reads_as::<TenantName>("A name")).describe("The name of the tenant. Default: all tenants the token is for."),
    );
    Arc::new(Deployments { schema, connection })
}

struct Deployments {
    schema: Schema,
    connection: Arc<Connection>,
}

#[async_trait]
impl ListResource for Deployments {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn list(&self, config: Value, found: &Found) -> Diagnostics {
        let client = match self.connection.require() {
            Ok(client) => client,
            Err(diagnostics) => return diagnostics,
        };
        super::tell(client.deployment_pages(config.get("tenant").as_str()), found, |told| Listed {
            display_name: format!("{}/{}", told.tenant.as_str(), told.name.as_str()),
            object: deployment::imported(told),
        })
        .await
    }
}
