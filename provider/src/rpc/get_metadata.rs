//! GetMetadata: the names of everything the provider has.

use std::sync::Arc;

use hotswap_sdk::Provider;

use super::{Answer, answer::answer, capabilities};
use crate::proto::tfplugin6::get_metadata::{
    DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ListResourceMetadata, ResourceMetadata, Response,
};

pub(super) async fn get_metadata(provider: Arc<dyn Provider>) -> Answer<Response> {
    answer("GetMetadata", "", Response::default(), async move {
        Ok(Response {
            server_capabilities: Some(capabilities()),
            diagnostics: Vec::new(),
            data_sources: provider.data_sources().keys().cloned().map(|type_name| DataSourceMetadata { type_name }).collect(),
            resources: provider.resources().keys().cloned().map(|type_name| ResourceMetadata { type_name }).collect(),
            functions: provider.functions().keys().cloned().map(|name| FunctionMetadata { name }).collect(),
            ephemeral_resources: provider.ephemeral_resources().keys().cloned().map(|type_name| EphemeralMetadata { type_name }).collect(),
            list_resources: provider.list_resources().keys().cloned().map(|type_name| ListResourceMetadata { type_name }).collect(),
        })
    })
    .await
}
