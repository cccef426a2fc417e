//! GetProviderSchema: everything the provider has, and what of the protocol it can do.

use std::sync::Arc;

use hotswap_sdk::Provider;

use super::{Answer, answer::answer, capabilities};
use crate::{proto::tfplugin6::get_provider_schema::Response, wire};

pub(super) async fn get_provider_schema(provider: Arc<dyn Provider>) -> Answer<Response> {
    answer("GetProviderSchema", "", Response::default(), async move {
        let resources = provider.resources().iter().map(|(name, resource)| (name.clone(), wire::schema(resource.schema())));
        let data_sources = provider.data_sources().iter().map(|(name, source)| (name.clone(), wire::schema(source.schema())));
        let ephemeral = provider.ephemeral_resources().iter().map(|(name, ephemeral)| (name.clone(), wire::schema(ephemeral.schema())));
        let lists = provider.list_resources().iter().map(|(name, list)| (name.clone(), wire::schema(list.schema())));
        Ok(Response {
            provider: Some(wire::schema(provider.schema())),
            resource_schemas: resources.collect(),
            data_source_schemas: data_sources.collect(),
            ephemeral_resource_schemas: ephemeral.collect(),
            list_resource_schemas: lists.collect(),
            functions: wire::functions(provider.as_ref()),
            server_capabilities: Some(capabilities()),
            ..Response::default()
        })
    })
    .await
}
