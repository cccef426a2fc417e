//! PlanResourceChange. The proposal Terraform sends is not used: the sdk makes its own, the same for every front end.

use std::sync::Arc;

use hotswap_sdk::{Diagnostic, Diagnostics, Provider, plan};

use super::{
    Answer,
    answer::{about, answer},
};
use crate::{
    proto::tfplugin6::plan_resource_change::{Request, Response},
    wire,
};

pub(super) async fn plan_resource_change(provider: Arc<dyn Provider>, request: Request) -> Answer<Response> {
    let kind = request.type_name.clone();
    answer("PlanResourceChange", &kind, Response::default(), async move {
        let resource = super::resource(provider.as_ref(), &request.type_name)?;
        let ty = resource.schema().ty();
        if wire::decode_object(request.proposed_new_state.as_ref(), &ty)?.is_none() {
            // A destroy, which is not ours to plan.
            return Ok(Response {
                planned_state: request.proposed_new_state,
                planned_private: request.prior_private,
                ..Response::default()
            });
        }
        let prior = wire::decode_object(request.prior_state.as_ref(), &ty)?;
        let change = plan::ChangeRequest {
            prior: prior.clone(),
            config: wire::decode(request.config.as_ref(), &ty)?,
            private: request.prior_private,
        };
        about(resource.as_ref(), change.prior.as_ref().or(Some(&change.config)));
        let response = plan::resource_change(resource.as_ref(), change).await;
        if response.diagnostics.has_errors() {
            return Err(response.diagnostics);
        }
        let planned = wire::encode(&response.planned, &ty).map_err(|error| Diagnostics::from(Diagnostic::from(error)))?;
        Ok(Response {
            planned_state: Some(planned),
            requires_replace: response.requires_replace.iter().map(wire::path).collect(),
            planned_private: response.private,
            diagnostics: wire::diagnostics(response.diagnostics),
            // An object keeps its identity. One that is to be replaced is planned once more, as a new one with its own.
            planned_identity: wire::identity_of(resource.as_ref(), Some(prior.as_ref().unwrap_or(&response.planned)))?,
            ..Response::default()
        })
    })
    .await
}
