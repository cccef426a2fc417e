//! ImportResourceState: from what the user calls an object, its id or its identity, to the object.

use std::sync::Arc;

use hotswap_sdk::{Diagnostic, Provider, identity, state};

use super::{Answer, answer::answer};
use crate::{
    proto::tfplugin6::import_resource_state::{ImportedResource, Request, Response},
    wire,
};

pub(super) async fn import_resource_state(provider: Arc<dyn Provider>, request: Request) -> Answer<Response> {
    let kind = request.type_name.clone();
    answer("ImportResourceState", &kind, Response::default(), async move {
        let resource = super::resource(provider.as_ref(), &request.type_name)?;
        let response = match &request.identity {
            Some(identity) => {
                let given = wire::decode(identity.identity_data.as_ref(), &identity::schema_of(resource.as_ref())?.ty())?;
                state::import_by_identity(resource.as_ref(), &given).await
            }
            None => state::import(resource.as_ref(), &request.id).await,
        };
        let Some(state) = response.state.filter(|_| !response.diagnostics.has_errors()) else {
            return Err(response.diagnostics);
        };
        let imported = ImportedResource {
            type_name: request.type_name,
            state: Some(wire::encode(&state, &resource.schema().ty()).map_err(Diagnostic::from)?),
            private: response.private,
            identity: wire::identity_of(resource.as_ref(), Some(&state))?,
        };
        Ok(Response { imported_resources: vec![imported], diagnostics: wire::diagnostics(response.diagnostics), deferred: None })
    })
    .await
}
