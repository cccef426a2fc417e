//! GenerateResourceConfig: the configuration of an object that was imported or found.

use std::sync::Arc;

use hotswap_sdk::{Diagnostic, Provider};

use super::{Answer, answer::answer};
use crate::{
    proto::tfplugin6::generate_resource_config::{Request, Response},
    wire,
};

pub(super) async fn generate_resource_config(provider: Arc<dyn Provider>, request: Request) -> Answer<Response> {
    let kind = request.type_name.clone();
    answer("GenerateResourceConfig", &kind, Response::default(), async move {
        let resource = super::resource(provider.as_ref(), &request.type_name)?;
        let schema = resource.schema();
        let config = schema.config_of(wire::decode(request.state.as_ref(), &schema.ty())?);
        let config = wire::encode(&config, &schema.ty()).map_err(Diagnostic::from)?;
        Ok(Response { config: Some(config), diagnostics: Vec::new() })
    })
    .await
}
