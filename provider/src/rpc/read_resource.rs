//! ReadResource: refresh.

use std::sync::Arc;

use hotswap_sdk::{Diagnostic, Provider, ReadRequest, state};

use super::{
    Answer,
    answer::{about, answer},
};
use crate::{
    proto::tfplugin6::read_resource::{Request, Response},
    wire,
};

pub(super) async fn read_resource(provider: Arc<dyn Provider>, request: Request) -> Answer<Response> {
    let kind = request.type_name.clone();
    let unchanged = Response {
        new_state: request.current_state.clone(),
        private: request.private.clone(),
        new_identity: request.current_identity.clone(),
        ..Response::default()
    };
    answer("ReadResource", &kind, unchanged, async move {
        let resource = super::resource(provider.as_ref(), &request.type_name)?;
        let ty = resource.schema().ty();
        let state = wire::decode(request.current_state.as_ref(), &ty)?;
        about(resource.as_ref(), Some(&state));
        let response = state::read(resource.as_ref(), ReadRequest { state, private: request.private }).await;
        let new_state = wire::encode_object(response.state.as_ref(), &ty).map_err(Diagnostic::from)?;
        Ok(Response {
            new_state: Some(new_state),
            private: response.private,
            diagnostics: wire::diagnostics(response.diagnostics),
            deferred: None,
            new_identity: wire::identity_of(resource.as_ref(), response.state.as_ref())?,
        })
    })
    .await
}
