//! ConfigureProvider.

use std::sync::Arc;

use hotswap_sdk::{ConfigureRequest, Provider};

use super::{Answer, answer::answer};
use crate::{
    proto::tfplugin6::configure_provider::{Request, Response},
    wire,
};

pub(super) async fn configure_provider(provider: Arc<dyn Provider>, request: Request) -> Answer<Response> {
    answer("ConfigureProvider", "", Response::default(), async move {
        let config = wire::decode(request.config.as_ref(), &provider.schema().ty())?;
        let config = provider.schema().with_defaults(config);
        let diagnostics = provider.configure(ConfigureRequest { config, client_version: request.terraform_version }).await;
        Ok(Response { diagnostics: wire::diagnostics(diagnostics) })
    })
    .await
}
