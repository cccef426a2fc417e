//! `hotswap_tenant`: a tenant, with what it holds.

use std::sync::Arc;

use hotswap_sdk::schema::attribute::{number, single};
use hotswap_sdk::{DataSource, DataSourceReadRequest, DataSourceReadResponse, Diagnostics, Schema, async_trait};
use hotswap_value::Value;

use super::read_only;
use crate::connection::Connection;
use crate::diagnose::client_error;
use crate::{answer, tenant};

pub(super) fn data_source(connection: Arc<Connection>) -> Arc<dyn DataSource> {
    let held = |description: &str| number().computed().describe(description);
    let usage = single([
        ("deployments", held("Deployments.")),
        ("plugins", held("Different plugins deployed.")),
        ("instances", held("Instances of all deployments.")),
        ("memory_mb", held("Memory its instances may take, in MiB.")),
        ("storage_mb", held("Its different components, in MiB, rounded up.")),
    ]);
    let schema = Schema::new(0, "A tenant that is there, with what it holds at the moment.").attributes(read_only(
        tenant::schema(),
        &["name"],
        &["timeouts"],
    ));
    let schema = schema.attribute("usage", usage.computed().describe("What the tenant holds, counted as its quotas count it."));
    Arc::new(Tenant { schema, connection })
}

struct Tenant {
    schema: Schema,
    connection: Arc<Connection>,
}

#[async_trait]
impl DataSource for Tenant {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn read(&self, request: DataSourceReadRequest) -> DataSourceReadResponse {
        answer::found(self.find(request.config.get("name").as_str().unwrap_or_default()).await)
    }
}

impl Tenant {
    async fn find(&self, name: &str) -> Result<Value, Diagnostics> {
        let found = self.connection.require()?.get_tenant(name).await.map_err(|error| client_error(&error))?;
        Ok(tenant::state(&found).with("usage", tenant::usage(&found.usage.unwrap_or_default())))
    }
}
