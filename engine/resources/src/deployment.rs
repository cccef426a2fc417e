//! `hotswap_deployment`: one plugin run for one tenant, and rolled from version to version.

mod follow;
mod plan;
mod schema;
mod spec;
mod state;
mod strategy;

use std::sync::Arc;

use hotswap_api::{Deployment as Accepted, DeploymentRequest};
use hotswap_client::{Client, Precondition};
use hotswap_model::{DeploymentId, DeploymentName, TenantName, Version};
use hotswap_sdk::{
    ApplyResponse, CreateRequest, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema, ImportRequest, ImportResponse, Operation,
    PlanRequest, PlanResponse, ReadRequest, ReadResponse, Resource, Schema, UpdateRequest, async_trait,
};
use hotswap_value::Value;
use tracing::Instrument as _;

use crate::answer;
use crate::connection::Connection;
use crate::diagnose::{client_error, faults};
use crate::object::Object;
use crate::timeouts::Limited;

use follow::Patience;

pub(crate) use plan::SPEC;
pub(crate) use schema::schema;
pub(crate) use state::{computed, spec_state};

/// The resource type.
pub(crate) fn resource(connection: Arc<Connection>) -> Arc<dyn Resource> {
    Arc::new(Deployment { schema: schema(), identity: identity(), connection })
}

/// What tells one from another.
fn identity() -> IdentitySchema {
    IdentitySchema::new(0).attribute("tenant", "The name of the tenant.").attribute("name", "The deployment's name.")
}

struct Deployment {
    schema: Schema,
    identity: IdentitySchema,
    connection: Arc<Connection>,
}

/// Tenant and name of a block.
fn address(block: &Value) -> Result<(TenantName, DeploymentName), Diagnostics> {
    let object = Object::root(block);
    match (object.parse("tenant")?, object.parse("name")?) {
        (Some(tenant), Some(name)) => Ok((tenant, name)),
        _ => Err(Diagnostic::error("Incomplete state", "The state names no tenant and deployment; import the deployment again.").into()),
    }
}

/// The deployment where there is no block yet: what only a block knows begins with its defaults, so that the next plan is empty.
pub(crate) fn imported(deployment: &Accepted) -> Value {
    let blank = Value::object([("wait", Value::from(schema::DEFAULT_WAIT)), ("timeouts", Value::Null)]);
    state::read(&blank, deployment)
}

/// What is logged in it tells which deployment it is about.
fn span(block: &Value) -> tracing::Span {
    let text = |name| block.get(name).as_str().unwrap_or_default();
    tracing::error_span!("deployment", tenant = text("tenant"), deployment = text("name"))
}

#[async_trait]
impl Resource for Deployment {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn identity_schema(&self) -> Option<&IdentitySchema> {
        Some(&self.identity)
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        let spec = match spec::read(config) {
            Ok(spec) => spec,
            Err(diagnostic) => return diagnostic.into(),
        };
        let mut told: Diagnostics = spec.validate().err().map(|found| faults(config, found.iter())).unwrap_or_default();
        if let Some(secrets) = spec::secrets(config) {
            told.extend(secrets.validate(spec.config.as_deref()).err().map(|found| faults(config, found.iter())).unwrap_or_default());
            if config.get("secrets_version").is_null() {
                let detail = "Attribute secrets_version is not set: secrets are taken when it changes. Set it to 1, and raise it whenever they change.";
                told.push(Diagnostic::error("Invalid attribute value", detail).at("secrets_version"));
            }
        }
        told
    }

    /// A deployment's rollout takes long, and its outcome is what people look at after a crash.
    fn is_written_at_once(&self) -> bool {
        true
    }

    async fn plan(&self, request: PlanRequest) -> PlanResponse {
        plan::plan(request, self.connection.client()).await
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        let limit = Patience::new(&request.planned, Limited::Create);
        let put = self.put(&request.planned, &request.config, &Precondition::Absent, Limited::Create, &request.operation);
        match put.instrument(span(&request.planned)).await {
            Ok((client, accepted)) => {
                let followed = self.follow(client, &request.planned, accepted, follow::Kind::Create, limit, &request.operation);
                followed.instrument(span(&request.planned)).await
            }
            Err(diagnostics) => diagnostics.into(),
        }
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        answer::read(self.find(&request.state).instrument(span(&request.state)).await)
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        // The plan leaves the revision open whenever the platform is to be asked for something else.
        if !request.planned.get("revision").is_unknown() {
            return request.planned.into();
        }
        let before = request.prior.get("revision").as_u64();
        let limit = Patience::new(&request.planned, Limited::Update);
        let put = self.put(&request.planned, &request.config, &Precondition::None, Limited::Update, &request.operation);
        match put.instrument(span(&request.planned)).await {
            Ok((client, accepted)) => {
                let kind = if before == Some(accepted.revision) { follow::Kind::Same } else { follow::Kind::Update };
                let followed = self.follow(client, &request.planned, accepted, kind, limit, &request.operation);
                followed.instrument(span(&request.planned)).await
            }
            Err(diagnostics) => diagnostics.into(),
        }
    }

    async fn delete(&self, request: DeleteRequest) -> Diagnostics {
        match (self.connection.during(&request.operation, &request.prior, Limited::Delete), address(&request.prior)) {
            (Ok(client), Ok((tenant, name))) => {
                let deleted = client.delete_deployment(tenant.as_str(), name.as_str()).instrument(span(&request.prior));
                answer::deleted(deleted.await)
            }
            (Err(diagnostics), _) | (_, Err(diagnostics)) => diagnostics,
        }
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        answer::imported(self.named(&request.id).await)
    }
}

impl Deployment {
    /// Asks for what is planned. What was planned to run is what is asked for.
    async fn put(
        &self,
        planned: &Value,
        config: &Value,
        precondition: &Precondition,
        limited: Limited,
        operation: &Operation,
    ) -> Result<(&Client, Accepted), Diagnostics> {
        let client = self.connection.during(operation, planned, limited)?;
        let (tenant, name) = address(planned)?;
        let resolved_version: Option<Version> = Object::root(planned).parse("resolved_version")?;
        let request = DeploymentRequest { spec: spec::read(planned)?, resolved_version, secrets: spec::secrets(config) };
        let accepted = client.put_deployment(tenant.as_str(), name.as_str(), &request, precondition).await;
        // What follows has a time of its own.
        Ok((self.connection.require()?, accepted.map_err(|error| client_error(&error))?))
    }

    async fn find(&self, block: &Value) -> Result<Option<Value>, Diagnostics> {
        let (tenant, name) = address(block)?;
        let found = self.connection.within(block, Limited::Read)?.get_deployment_coalesced(tenant.as_str(), name.as_str()).await;
        found.map(|found| found.map(|found| state::read(block, &found))).map_err(|error| client_error(&error))
    }

    /// The deployment of this `tenant/name` or id.
    async fn named(&self, id: &str) -> Result<Value, Diagnostics> {
        let client = self.connection.require()?;
        let found = if let Ok(id) = id.parse::<DeploymentId>() {
            client.get_deployment_by_id(&id).await
        } else {
            let parsed = id
                .split_once('/')
                .and_then(|(tenant, name)| Some((tenant.parse::<TenantName>().ok()?, name.parse::<DeploymentName>().ok()?)));
            let Some((tenant, name)) = parsed else {
                let problem = format!("{id:?} is neither TENANT/NAME, such as \"acme/hello\", nor a deployment's id, such as \"dep_…\".");
                return Err(answer::bad_import_id(problem));
            };
            client.get_deployment(tenant.as_str(), name.as_str()).await
        };
        found.map(|found| imported(&found)).map_err(|error| client_error(&error))
    }
}

#[cfg(test)]
mod tests;
