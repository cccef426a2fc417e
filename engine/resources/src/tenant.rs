//! `hotswap_tenant`: who runs plugins, and how much they may use.

use std::sync::Arc;

use hotswap_api as api;
use hotswap_model::{Quotas, RateLimits, TenantId, TenantName, TenantSpec, TenantStatus, Usage};
use hotswap_sdk::schema::attribute::{map, number, set, single, string};
use hotswap_sdk::validators::{one_of, whole_number};
use hotswap_sdk::{
    ApplyResponse, Attribute, CreateRequest, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema, ImportRequest, ImportResponse,
    ReadRequest, ReadResponse, Resource, Schema, UpdateRequest, async_trait,
};
use hotswap_value::{Type, Value, json};

use crate::answer;
use crate::check::reads_as;
use crate::connection::Connection;
use crate::diagnose::{client_error, faults};
use crate::meaning::{Meaning, Meanings, is_empty, keep};
use crate::object::{Object, texts};
use crate::timeouts::{self, Limited};

/// Objects in which nothing need be set.
const LIMITS: [&str; 2] = ["quotas", "rate_limits"];

/// What may differ and mean the same.
const MEANINGS: Meanings = &[(&["quotas"], Meaning::Empty), (&["rate_limits"], Meaning::Empty)];

/// The resource type.
pub(crate) fn resource(connection: Arc<Connection>) -> Arc<dyn Resource> {
    Arc::new(Tenant { schema: schema(), identity: identity(), connection })
}

/// What tells one from another.
fn identity() -> IdentitySchema {
    IdentitySchema::new(0).attribute("name", "The tenant's name.")
}

struct Tenant {
    schema: Schema,
    identity: IdentitySchema,
    connection: Arc<Connection>,
}

/// The schema of the resource block.
pub(crate) fn schema() -> Schema {
    let description = "A tenant: who runs plugins on the platform, how much they may hold and how fast they may go. Everything of a tenant is \
                       kept apart from every other one's. A tenant that still has deployments cannot be deleted.";
    Schema::new(1, description)
        .attribute("id", string().computed().describe("Given by the platform, such as `ten_…`. A tenant made anew under an old name has a new one."))
        .attribute("namespace", string().computed().describe("Prefix of everything that is kept for the tenant; equal to its name."))
        .attribute(
            "name",
            string().required().requires_replace().validate(reads_as::<TenantName>("A name")).describe(
                "Unique on the platform and part of the tenant's host names: 1 to 63 lower-case letters, digits and dashes, beginning with a \
                 letter. Changing it makes a new tenant.",
            ),
        )
        .attribute("display_name", string().describe("A name for people, at most 256 characters."))
        .attribute(
            "labels",
            map(Type::String).default(Value::object::<&str, Value>([])).describe("For people and tools, at most 64; they mean nothing to the platform."),
        )
        .attribute("tier", string().describe("A class of tenants, such as `gold`. Means nothing to the platform."))
        .attribute(
            "status",
            string().default(status(TenantStatus::default())).validate(one_of(&["active", "suspended"])).describe(
                "`active`, or `suspended`: the gateway answers 403 for the tenant and no deployment of it is made or changed; what it has stays. \
                 Default: `active`.",
            ),
        )
        .attribute("quotas", quotas())
        .attribute("rate_limits", rate_limits())
        .attribute(
            "allowed_categories",
            set(Type::String)
                .default(Value::set::<Value>([]))
                .describe("If not empty: only plugins of these categories may be deployed. Default: empty, all of them."),
        )
        .attribute(timeouts::NAME, timeouts::attribute())
}

fn quotas() -> Attribute {
    let limit = |description: &str| number().validate(whole_number(0..=i64::MAX)).describe(description);
    single([
        ("max_plugins", limit("Different plugins deployed.")),
        ("max_instances", limit("Instances of all deployments.")),
        ("max_memory_mb", limit("Sum over all deployments of instances times their sandbox's memory limit, in MiB.")),
        ("max_storage_mb", limit("Bytes of the different components deployed, in MiB, rounded up.")),
    ])
    .describe(
        "How much the tenant may hold at a time; what is left out has no limit. Steady use counts, the surge of a rollout does not. A quota \
         may be set below its use: nothing is taken away, but nothing more is granted.",
    )
}

fn rate_limits() -> Attribute {
    let most = i64::from(u32::MAX);
    let limit = |least, description: &str| number().validate(whole_number(least..=most)).describe(description);
    single([
        ("requests_per_second", limit(1, "Requests to the gateway, a second; more are answered 429.")),
        ("burst", limit(1, "Requests that may come at once before the rate counts. Default: as many as `requests_per_second`.")),
        ("deployments_per_hour", limit(0, "New revisions in any hour.")),
    ])
    .describe("How fast the tenant may go; what is left out has no limit.")
}

fn status(status: TenantStatus) -> &'static str {
    match status {
        TenantStatus::Active => "active",
        TenantStatus::Suspended => "suspended",
    }
}

/// The spec a block asks for. What is not known yet reads as absent, so that the rest can be checked.
fn spec(block: &Value) -> Result<TenantSpec, Diagnostic> {
    let block = Object::root(block);
    let (quotas, limits) = (block.object("quotas"), block.object("rate_limits"));
    let quota = |name| quotas.as_ref().map_or(Ok(None), |quotas| quotas.whole(name));
    let limit = |name| limits.as_ref().map_or(Ok(None), |limits| limits.whole(name));
    Ok(TenantSpec {
        name: match block.parse("name")? {
            Some(name) => name,
            None => "unknown".parse().expect("this is a name"),
        },
        display_name: block.text("display_name"),
        labels: block.map("labels"),
        tier: block.text("tier"),
        status: if block.text("status").as_deref() == Some("suspended") { TenantStatus::Suspended } else { TenantStatus::Active },
        quotas: Quotas {
            max_plugins: quota("max_plugins")?,
            max_instances: quota("max_instances")?,
            max_memory_mb: quota("max_memory_mb")?,
            max_storage_mb: quota("max_storage_mb")?,
        },
        rate_limits: RateLimits {
            requests_per_second: limit("requests_per_second")?,
            burst: limit("burst")?,
            deployments_per_hour: limit("deployments_per_hour")?,
        },
        allowed_categories: block.texts("allowed_categories"),
    })
}

/// The tenant as the block shows it.
pub(crate) fn state(tenant: &api::Tenant) -> Value {
    let spec = &tenant.spec;
    let (quotas, limits) = (&spec.quotas, &spec.rate_limits);
    Value::object([
        ("id", Value::from(tenant.id.as_str())),
        ("namespace", tenant.namespace.as_str().into()),
        ("name", spec.name.as_str().into()),
        ("display_name", spec.display_name.clone().into()),
        ("labels", Value::object(spec.labels.clone())),
        ("tier", spec.tier.clone().into()),
        ("status", status(spec.status).into()),
        (
            "quotas",
            Value::object([
                ("max_plugins", quotas.max_plugins),
                ("max_instances", quotas.max_instances),
                ("max_memory_mb", quotas.max_memory_mb),
                ("max_storage_mb", quotas.max_storage_mb),
            ]),
        ),
        (
            "rate_limits",
            Value::object([
                ("requests_per_second", limits.requests_per_second),
                ("burst", limits.burst),
                ("deployments_per_hour", limits.deployments_per_hour),
            ]),
        ),
        ("allowed_categories", texts(&spec.allowed_categories)),
    ])
}

/// The tenant with `timeouts` and its limits as `block` has them: where none is set, none at all or an object of nulls.
fn state_like(block: &Value, tenant: &api::Tenant) -> Value {
    keep(MEANINGS, block, timeouts::kept(block, without_empty_limits(state(tenant))))
}

/// The tenant where there is no block yet.
pub(crate) fn imported(tenant: &api::Tenant) -> Value {
    state_like(&Value::Null, tenant)
}

fn without_empty_limits(mut block: Value) -> Value {
    for name in LIMITS {
        if is_empty(block.get(name)) {
            block.set_attribute(name, Value::Null);
        }
    }
    block
}

/// What the tenant holds, as the data source shows it.
pub(crate) fn usage(usage: &Usage) -> Value {
    Value::object([
        ("deployments", usage.deployments),
        ("plugins", usage.plugins),
        ("instances", usage.instances),
        ("memory_mb", usage.memory_mb),
        ("storage_mb", usage.storage_mb()),
    ])
}

#[async_trait]
impl Resource for Tenant {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn identity_schema(&self) -> Option<&IdentitySchema> {
        Some(&self.identity)
    }

    async fn validate(&self, config: &Value) -> Diagnostics {
        match spec(config) {
            Ok(spec) => spec.validate().err().map(|found| faults(config, found.iter())).unwrap_or_default(),
            Err(diagnostic) => diagnostic.into(),
        }
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        answer::applied(self.make(&request).await)
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        answer::read(self.find(&request.state).await)
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        answer::applied(self.change(&request).await)
    }

    async fn delete(&self, request: DeleteRequest) -> Diagnostics {
        match self.connection.during(&request.operation, &request.prior, Limited::Delete) {
            Ok(client) => answer::deleted(client.delete_tenant(request.prior.get("name").as_str().unwrap_or_default()).await),
            Err(diagnostics) => diagnostics,
        }
    }

    async fn import(&self, request: ImportRequest) -> ImportResponse {
        answer::imported(self.named(&request.id).await)
    }

    /// Up to version 0, limits of which none was set were objects of nulls.
    async fn upgrade_state(&self, _: i64, state: &str) -> Result<Value, Diagnostics> {
        let state = json::decode_lenient(state.as_bytes(), &self.schema.ty());
        state.map(without_empty_limits).map_err(|error| {
            let detail =
                format!("The stored state is not that of a tenant: {error}. Remove it from the state and import the tenant again.");
            Diagnostic::error("State can't be read", detail).into()
        })
    }
}

impl Tenant {
    async fn make(&self, request: &CreateRequest) -> Result<Value, Diagnostics> {
        let client = self.connection.during(&request.operation, &request.planned, Limited::Create)?;
        let made = client.create_tenant(&spec(&request.planned)?).await;
        made.map(|tenant| state_like(&request.planned, &tenant)).map_err(|error| client_error(&error))
    }

    async fn find(&self, block: &Value) -> Result<Option<Value>, Diagnostics> {
        let client = self.connection.within(block, Limited::Read)?;
        let found = client.get_tenant_coalesced(block.get("name").as_str().unwrap_or_default()).await;
        found.map(|found| found.map(|tenant| state_like(block, &tenant))).map_err(|error| client_error(&error))
    }

    async fn change(&self, request: &UpdateRequest) -> Result<Value, Diagnostics> {
        let spec = spec(&request.planned)?;
        let client = self.connection.during(&request.operation, &request.planned, Limited::Update)?;
        let changed = client.update_tenant(spec.name.as_str(), &spec).await;
        changed.map(|tenant| state_like(&request.planned, &tenant)).map_err(|error| client_error(&error))
    }

    /// The tenant of this name or id.
    async fn named(&self, id: &str) -> Result<Value, Diagnostics> {
        if id.parse::<TenantName>().is_err() && id.parse::<TenantId>().is_err() {
            let problem = format!("{id:?} is neither a tenant's name, such as \"acme\", nor its id, such as \"ten_…\".");
            return Err(answer::bad_import_id(problem));
        }
        let found = self.connection.require()?.get_tenant(id).await;
        found.map(|tenant| imported(&tenant)).map_err(|error| client_error(&error))
    }
}

#[cfg(test)]
mod tests;
