//! ImportResourceState: from what the user calls an object to the object.

use std::sync::Arc;

use hotswap_sdk::{Diagnostic, Provider, state};

use super::{Answer, answer::answer};
use crate::{
    proto::tfplugin6::import_resource_state::{ImportedResource, Request, Response},
    wire,
};

pub(super) async fn import_resource_state(provider: Arc<dyn Provider>, request: Request) -> Answer<Response> {
    let kind = request.type_name.clone();
    answer("ImportResourceState", &kind, Response::default(), async move {
        let resource = super::resource(provider.as_ref(), &request.type_name)?;
        let response = state::import(resource.as_ref(), &request.id).await;
        let Some(state) = response.state.filter(|_| !response.diagnostics.has_errors()) else {
            return Err(response.diagnostics);
        };
        let state = wire::encode(&state, &resource.schema().ty()).map_err(Diagnostic::from)?;
        let imported = ImportedResource { type_name: request.type_name, state: Some(state), private: response.private };
        Ok(Response { imported_resources: vec![imported], diagnostics: wire::diagnostics(response.diagnostics), deferred: None })
    })
    .await
}
