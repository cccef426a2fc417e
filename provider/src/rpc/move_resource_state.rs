//! MoveResourceState: a `moved` block that leads here from another provider. The provider is not configured.

use std::sync::Arc;

use hotswap_sdk::{
    Diagnostic, Provider,
    moved::{self, MoveRequest},
};

use super::{Answer, answer::answer};
use crate::{
    proto::tfplugin6::move_resource_state::{Request, Response},
    wire,
};

pub(super) async fn move_resource_state(provider: Arc<dyn Provider>, request: Request) -> Answer<Response> {
    let kind = request.target_type_name.clone();
    answer("MoveResourceState", &kind, Response::default(), async move {
        let resource = super::resource(provider.as_ref(), &request.target_type_name)?;
        let source = request.source_state.unwrap_or_default();
        let moved = MoveRequest {
            provider: &request.source_provider_address,
            source_type: &request.source_type_name,
            target_type: &request.target_type_name,
            version: request.source_schema_version,
            state: &source.json,
        };
        let state = moved::take_over(resource.as_ref(), moved).await?;
        let target_state = wire::encode(&state, &resource.schema().ty()).map_err(Diagnostic::from)?;
        Ok(Response {
            target_state: Some(target_state),
            diagnostics: Vec::new(),
            target_private: request.source_private,
            target_identity: wire::identity_of(resource.as_ref(), Some(&state))?,
        })
    })
    .await
}
