//! ValidateProviderConfig, ValidateResourceConfig and ValidateDataResourceConfig.

use std::sync::Arc;

use hotswap_sdk::{Provider, validate};

use super::{Answer, answer::answer};
use crate::{
    proto::tfplugin6::{validate_data_resource_config, validate_provider_config, validate_resource_config},
    wire,
};

pub(super) async fn provider(
    provider: Arc<dyn Provider>,
    request: validate_provider_config::Request,
) -> Answer<validate_provider_config::Response> {
    answer("ValidateProviderConfig", "", Default::default(), async move {
        let config = wire::decode(request.config.as_ref(), &provider.schema().ty())?;
        let diagnostics = wire::diagnostics(validate::provider(provider.as_ref(), &config).await);
        Ok(validate_provider_config::Response { diagnostics })
    })
    .await
}

pub(super) async fn resource(
    provider: Arc<dyn Provider>,
    request: validate_resource_config::Request,
) -> Answer<validate_resource_config::Response> {
    let kind = request.type_name.clone();
    answer("ValidateResourceConfig", &kind, Default::default(), async move {
        let resource = super::resource(provider.as_ref(), &request.type_name)?;
        let config = wire::decode(request.config.as_ref(), &resource.schema().ty())?;
        let diagnostics = wire::diagnostics(validate::resource(resource.as_ref(), &config).await);
        Ok(validate_resource_config::Response { diagnostics })
    })
    .await
}

pub(super) async fn data_source(
    provider: Arc<dyn Provider>,
    request: validate_data_resource_config::Request,
) -> Answer<validate_data_resource_config::Response> {
    let kind = request.type_name.clone();
    answer("ValidateDataResourceConfig", &kind, Default::default(), async move {
        let source = super::data_source(provider.as_ref(), &request.type_name)?;
        let config = wire::decode(request.config.as_ref(), &source.schema().ty())?;
        let diagnostics = wire::diagnostics(validate::data_source(source.as_ref(), &config).await);
        Ok(validate_data_resource_config::Response { diagnostics })
    })
    .await
}
