//! `hotswap_deployment`: a deployment, with its live figures.

use std::sync::Arc;

use hotswap_api::{LiveFigures, RevisionFigures};
use hotswap_model::Held;
use hotswap_sdk::schema::attribute::{list, list_of, map, number, single, string};
use hotswap_sdk::{Attribute, DataSource, DataSourceReadRequest, DataSourceReadResponse, Diagnostics, Schema, async_trait};
use hotswap_value::{Type, Value};

use super::read_only;
use crate::connection::Connection;
use crate::diagnose::client_error;
use crate::object::decimal;
use crate::{answer, deployment};

pub(super) fn data_source(connection: Arc<Connection>) -> Arc<dyn DataSource> {
    let schema = Schema::new(0, "A deployment that is there, with what it does at the moment.").attributes(read_only(
        deployment::schema(),
        &["tenant", "name"],
        &["wait", "timeouts", "secrets"],
    ));
    let held = single([
        ("revision", number().computed().describe("The revision that was rolled back.")),
        ("reason", string().computed().describe("Why, in a sentence.")),
    ]);
    let schema = schema
        .attribute(
            "effective_config",
            map(Type::String).computed().describe(
                "What the plugin is given: the version's defaults with `config` over them, but for keys that secrets are given under.",
            ),
        )
        .attribute(
            "secret_names",
            list(Type::String).computed().describe("The names of its secrets, sorted. Nobody but the plugin is given their values."),
        )
        .attribute("held", held.computed().describe("Why the spec is not rolled out again; null if it is not held."))
        .attribute("live", live());
    Arc::new(Deployment { schema, connection })
}

fn live() -> Attribute {
    let figure = |description: &str| number().computed().describe(description);
    let revision = list_of([
        ("revision", figure("Its number.")),
        ("version", string().computed().describe("Its version.")),
        ("weight", figure("Percent of the requests it is given.")),
        ("instances", figure("Its instances.")),
        ("available", figure("Those that can serve.")),
        ("in_flight", figure("Requests being answered.")),
        ("requests", figure("Requests answered.")),
        ("plugin_errors", figure("Those that failed because of the plugin: its own 5xx, traps, timeouts, full memory.")),
        ("latency_p50_ms", figure("Half of the answers took no longer, in milliseconds; null before the first.")),
        ("latency_p99_ms", figure("99 of 100 answers took no longer, in milliseconds; null before the first.")),
    ]);
    let live = single([
        ("dropped", figure("Requests that failed because of the platform.")),
        ("revisions", revision.computed().describe("The revisions that are loaded, the oldest first.")),
    ]);
    live.computed().describe("What the deployment does at the moment. Counts begin when the server starts.")
}

struct Deployment {
    schema: Schema,
    connection: Arc<Connection>,
}

#[async_trait]
impl DataSource for Deployment {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn read(&self, request: DataSourceReadRequest) -> DataSourceReadResponse {
        answer::found(self.find(request.config).await)
    }
}

impl Deployment {
    async fn find(&self, config: Value) -> Result<Value, Diagnostics> {
        let text = |name| config.get(name).as_str().unwrap_or_default();
        let found =
            self.connection.require()?.get_deployment_live(text("tenant"), text("name")).await.map_err(|error| client_error(&error))?;
        let mut state = deployment::spec_state(&found.spec)
            .with("tenant", found.tenant.as_str())
            .with("name", found.name.as_str())
            .with("effective_config", Value::object(found.effective_config.clone()))
            .with("secret_names", Value::list(found.secret_names.iter().map(String::as_str)))
            .with("held", found.held.as_ref().map(held))
            .with("live", found.live.as_ref().map(figures));
        for (name, value) in deployment::computed(&found) {
            state.set_attribute(name, value);
        }
        Ok(state)
    }
}

fn held(held: &Held) -> Value {
    Value::object([("revision", Value::from(held.revision)), ("reason", held.reason.as_str().into())])
}

fn figures(live: &LiveFigures) -> Value {
    Value::object([("dropped", Value::from(live.dropped)), ("revisions", Value::list(live.revisions.iter().map(revision)))])
}

fn revision(figures: &RevisionFigures) -> Value {
    Value::object([
        ("revision", Value::from(figures.revision)),
        ("version", figures.version.to_string().into()),
        ("weight", u32::from(figures.weight).into()),
        ("instances", figures.instances.into()),
        ("available", figures.available.into()),
        ("in_flight", figures.in_flight.into()),
        ("requests", figures.requests.into()),
        ("plugin_errors", figures.plugin_errors.into()),
        ("latency_p50_ms", figures.latency_p50_ms.map(decimal).into()),
        ("latency_p99_ms", figures.latency_p99_ms.map(decimal).into()),
    ])
}
