//! GetProviderSchema: everything the provider has, and what of the protocol it can do.

use std::sync::Arc;

use hotswap_sdk::Provider;

use super::{Answer, answer::answer};
use crate::{
    proto::tfplugin6::{ServerCapabilities, get_provider_schema::Response},
    wire,
};

pub(super) async fn get_provider_schema(provider: Arc<dyn Provider>) -> Answer<Response> {
    answer("GetProviderSchema", "", Response::default(), async move {
        let resources = provider.resources().iter().map(|(name, resource)| (name.clone(), wire::schema(resource.schema())));
        let data_sources = provider.data_sources().iter().map(|(name, source)| (name.clone(), wire::schema(source.schema())));
        let functions = provider.functions().iter().map(|(name, function)| (name.clone(), wire::function(function.signature())));
        Ok(Response {
            provider: Some(wire::schema(provider.schema())),
            resource_schemas: resources.collect(),
            data_source_schemas: data_sources.collect(),
            functions: functions.collect(),
            server_capabilities: Some(ServerCapabilities {
                plan_destroy: false,
                get_provider_schema_optional: true,
                move_resource_state: false,
            }),
            ..Response::default()
        })
    })
    .await
}
