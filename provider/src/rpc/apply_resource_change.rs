//! ApplyResourceChange: create, update or delete.

use std::sync::Arc;

use hotswap_sdk::{Diagnostic, Operation, Provider, apply};

use super::{
    Answer,
    answer::{about, answer},
};
use crate::{
    proto::tfplugin6::apply_resource_change::{Request, Response},
    wire,
};

pub(super) async fn apply_resource_change(provider: Arc<dyn Provider>, request: Request) -> Answer<Response> {
    let kind = request.type_name.clone();
    // Null after a failure would make Terraform forget the object.
    let unchanged = Response { new_state: request.prior_state.clone(), private: request.planned_private.clone(), ..Response::default() };
    answer("ApplyResourceChange", &kind, unchanged, async move {
        let resource = super::resource(provider.as_ref(), &request.type_name)?;
        let ty = resource.schema().ty();
        let change = apply::ApplyRequest {
            prior: wire::decode_object(request.prior_state.as_ref(), &ty)?,
            planned: wire::decode_object(request.planned_state.as_ref(), &ty)?,
            config: wire::decode(request.config.as_ref(), &ty)?,
            private: request.planned_private,
            // Terraform tells nothing that would survive it: a repetition is another operation, and progress has nowhere to go.
            operation: Operation::default(),
        };
        about(resource.as_ref(), change.planned.as_ref().or(change.prior.as_ref()));
        let response = apply::resource_change(resource.as_ref(), change).await;
        let new_state = wire::encode_object(response.state.as_ref(), &ty).map_err(Diagnostic::from)?;
        Ok(Response {
            new_state: Some(new_state),
            private: response.private,
            diagnostics: wire::diagnostics(response.diagnostics),
            legacy_type_system: false,
            new_identity: wire::identity_of(resource.as_ref(), response.state.as_ref())?,
        })
    })
    .await
}
