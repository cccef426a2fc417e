//! A provider with the types of ours whose resources do nothing: what Terraform itself costs with objects of these shapes. The floor of
//! the provider's figures in `docs/performance.md`.
//!
//! It asks no server and keeps nothing: what is planned exists once applied, and reads find what was there before.

use std::{collections::BTreeMap, process::ExitCode, sync::Arc};

use hotswap_provider::Program;
use hotswap_resources::{ProviderEnvironment, provider};
use hotswap_sdk::{
    ApplyResponse, ConfigureRequest, CreateRequest, DataSource, DeleteRequest, Diagnostics, Function, ImportRequest, ImportResponse,
    Provider, ReadRequest, ReadResponse, Resource, Schema, UpdateRequest, async_trait, value::Value,
};

fn main() -> ExitCode {
    let program = Program { name: "terraform-provider-hotswap", version: "0.0.0", address: "registry.terraform.io/hotswap/hotswap" };
    hotswap_provider::run(program, || {
        let ours = provider(ProviderEnvironment { variable: Box::new(|_| None), user_agent: String::new() });
        let idle = |(name, resource): (&String, &Arc<dyn Resource>)| {
            (name.clone(), Arc::new(Idle { schema: resource.schema().clone() }) as Arc<dyn Resource>)
        };
        let resources = ours.resources().iter().map(idle).collect();
        Arc::new(IdleProvider { ours, resources })
    })
}

struct IdleProvider {
    ours: Arc<dyn Provider>,
    resources: BTreeMap<String, Arc<dyn Resource>>,
}

#[async_trait]
impl Provider for IdleProvider {
    fn schema(&self) -> &Schema {
        self.ours.schema()
    }

    async fn configure(&self, _: ConfigureRequest) -> Diagnostics {
        Diagnostics::new()
    }

    fn resources(&self) -> &BTreeMap<String, Arc<dyn Resource>> {
        &self.resources
    }

    fn data_sources(&self) -> &BTreeMap<String, Arc<dyn DataSource>> {
        self.ours.data_sources()
    }

    fn functions(&self) -> &BTreeMap<String, Arc<dyn Function>> {
        self.ours.functions()
    }

    fn stop(&self) {}
}

struct Idle {
    schema: Schema,
}

#[async_trait]
impl Resource for Idle {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    async fn create(&self, request: CreateRequest) -> ApplyResponse {
        decided(request.planned).into()
    }

    async fn read(&self, request: ReadRequest) -> ReadResponse {
        ReadResponse { state: Some(request.state), private: request.private, ..ReadResponse::default() }
    }

    async fn update(&self, request: UpdateRequest) -> ApplyResponse {
        decided(request.planned).into()
    }

    async fn delete(&self, _: DeleteRequest) -> Diagnostics {
        Diagnostics::new()
    }

    async fn import(&self, _: ImportRequest) -> ImportResponse {
        ImportResponse::default()
    }
}

/// The object with text, as long as an id of ours, for what is left to the provider.
fn decided(planned: Value) -> Value {
    let Value::Map(attributes) = planned else { return planned };
    let text = |value| if value == Value::Unknown { Value::from("ten_01890a5d-ac96-774b-bcce-b302099a8057") } else { value };
    Value::Map(attributes.into_iter().map(|(name, value)| (name, text(value))).collect())
}
