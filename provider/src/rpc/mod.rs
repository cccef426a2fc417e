//! The provider service: each RPC is handed to the file of its name or its group. RPCs newer than the protocol file answer UNIMPLEMENTED.

mod answer;
mod apply_resource_change;
mod call_function;
mod capabilities;
mod configure_provider;
mod ephemeral_resource;
mod generate_resource_config;
mod get_functions;
mod get_metadata;
mod get_provider_schema;
mod import_resource_state;
mod list_resource;
mod move_resource_state;
mod plan_resource_change;
mod read_data_source;
mod read_resource;
mod resource_identity;
mod stop_provider;
mod upgrade_resource_state;
mod validate_config;

use std::sync::Arc;

use hotswap_sdk::{DataSource, Diagnostic, Diagnostics, Provider, Resource};
use tonic::{Request, Response, Status};

use self::capabilities::capabilities;
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
    async fn get_metadata(&self, _: Request<wire::get_metadata::Request>) -> Answer<wire::get_metadata::Response> {
        get_metadata::get_metadata(self.provider()).await
    }

    async fn get_functions(&self, _: Request<wire::get_functions::Request>) -> Answer<wire::get_functions::Response> {
        get_functions::get_functions(self.provider()).await
    }

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

    async fn get_resource_identity_schemas(
        &self,
        _: Request<wire::get_resource_identity_schemas::Request>,
    ) -> Answer<wire::get_resource_identity_schemas::Response> {
        resource_identity::get_schemas(self.provider()).await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<wire::upgrade_resource_identity::Request>,
    ) -> Answer<wire::upgrade_resource_identity::Response> {
        resource_identity::upgrade(self.provider(), request.into_inner()).await
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

    async fn move_resource_state(
        &self,
        request: Request<wire::move_resource_state::Request>,
    ) -> Answer<wire::move_resource_state::Response> {
        move_resource_state::move_resource_state(self.provider(), request.into_inner()).await
    }

    async fn generate_resource_config(
        &self,
        request: Request<wire::generate_resource_config::Request>,
    ) -> Answer<wire::generate_resource_config::Response> {
        generate_resource_config::generate_resource_config(self.provider(), request.into_inner()).await
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<wire::validate_ephemeral_resource_config::Request>,
    ) -> Answer<wire::validate_ephemeral_resource_config::Response> {
        ephemeral_resource::validate(self.provider(), request.into_inner()).await
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<wire::open_ephemeral_resource::Request>,
    ) -> Answer<wire::open_ephemeral_resource::Response> {
        ephemeral_resource::open(self.provider(), request.into_inner()).await
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<wire::renew_ephemeral_resource::Request>,
    ) -> Answer<wire::renew_ephemeral_resource::Response> {
        ephemeral_resource::renew(self.provider(), request.into_inner()).await
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<wire::close_ephemeral_resource::Request>,
    ) -> Answer<wire::close_ephemeral_resource::Response> {
        ephemeral_resource::close(self.provider(), request.into_inner()).await
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<wire::validate_list_resource_config::Request>,
    ) -> Answer<wire::validate_list_resource_config::Response> {
        list_resource::validate(self.provider(), request.into_inner()).await
    }

    type ListResourceStream = list_resource::Events;

    async fn list_resource(&self, request: Request<wire::list_resource::Request>) -> Answer<list_resource::Events> {
        Ok(list_resource::list(self.provider(), request.into_inner()))
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
