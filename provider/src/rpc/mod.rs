//! The provider service: each RPC is handed to the file of its name. RPCs without one answer UNIMPLEMENTED.

mod answer;
mod apply_resource_change;
mod call_function;
mod configure_provider;
mod get_provider_schema;
mod import_resource_state;
mod plan_resource_change;
mod read_data_source;
mod read_resource;
mod stop_provider;
mod upgrade_resource_state;
mod validate_config;

use std::sync::Arc;

use hotswap_sdk::{DataSource, Diagnostic, Diagnostics, Provider, Resource};
use tonic::{Request, Response, Status};

use crate::proto::tfplugin6 as wire;

/// The provider on the wire.
pub(crate) struct Service {
    provider: Arc<dyn Provider>,
}

impl Service {
    pub(crate) fn new(provider: Arc<dyn Provider>) -> Self {
        Self { provider }
    }

    fn provider(&self) -> Arc<dyn Provider> {
        Arc::clone(&self.provider)
    }
}

fn resource(provider: &dyn Provider, name: &str) -> Result<Arc<dyn Resource>, Diagnostics> {
    provider.resources().get(name).cloned().ok_or_else(|| unknown_type("resource", name))
}

fn data_source(provider: &dyn Provider, name: &str) -> Result<Arc<dyn DataSource>, Diagnostics> {
    provider.data_sources().get(name).cloned().ok_or_else(|| unknown_type("data source", name))
}

fn unknown_type(kind: &str, name: &str) -> Diagnostics {
    Diagnostic::error(format!("Unknown {kind} type"), format!("This version of the provider has no {kind} {name:?}.")).into()
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl wire::provider_server::Provider for Service {
    async fn get_provider_schema(&self, _: Request<wire::get_provider_schema::Request>) -> Answer<wire::get_provider_schema::Response> {
        get_provider_schema::get_provider_schema(self.provider()).await
    }

    async fn validate_provider_config(
        &self,
        request: Request<wire::validate_provider_config::Request>,
    ) -> Answer<wire::validate_provider_config::Response> {
        validate_config::provider(self.provider(), request.into_inner()).await
    }

    async fn validate_resource_config(
        &self,
        request: Request<wire::validate_resource_config::Request>,
    ) -> Answer<wire::validate_resource_config::Response> {
        validate_config::resource(self.provider(), request.into_inner()).await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<wire::validate_data_resource_config::Request>,
    ) -> Answer<wire::validate_data_resource_config::Response> {
        validate_config::data_source(self.provider(), request.into_inner()).await
    }

    async fn configure_provider(&self, request: Request<wire::configure_provider::Request>) -> Answer<wire::configure_provider::Response> {
        configure_provider::configure_provider(self.provider(), request.into_inner()).await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<wire::upgrade_resource_state::Request>,
    ) -> Answer<wire::upgrade_resource_state::Response> {
        upgrade_resource_state::upgrade_resource_state(self.provider(), request.into_inner()).await
    }

    async fn read_resource(&self, request: Request<wire::read_resource::Request>) -> Answer<wire::read_resource::Response> {
        read_resource::read_resource(self.provider(), request.into_inner()).await
    }

    async fn plan_resource_change(
        &self,
        request: Request<wire::plan_resource_change::Request>,
    ) -> Answer<wire::plan_resource_change::Response> {
        plan_resource_change::plan_resource_change(self.provider(), request.into_inner()).await
    }

    async fn apply_resource_change(
        &self,
        request: Request<wire::apply_resource_change::Request>,
    ) -> Answer<wire::apply_resource_change::Response> {
        apply_resource_change::apply_resource_change(self.provider(), request.into_inner()).await
    }

    async fn import_resource_state(
        &self,
        request: Request<wire::import_resource_state::Request>,
    ) -> Answer<wire::import_resource_state::Response> {
        import_resource_state::import_resource_state(self.provider(), request.into_inner()).await
    }

    async fn read_data_source(&self, request: Request<wire::read_data_source::Request>) -> Answer<wire::read_data_source::Response> {
        read_data_source::read_data_source(self.provider(), request.into_inner()).await
    }

    async fn call_function(&self, request: Request<wire::call_function::Request>) -> Answer<wire::call_function::Response> {
        call_function::call_function(self.provider(), request.into_inner()).await
    }

    async fn stop_provider(&self, _: Request<wire::stop_provider::Request>) -> Answer<wire::stop_provider::Response> {
        Ok(stop_provider::stop_provider(self.provider.as_ref()))
    }
}
