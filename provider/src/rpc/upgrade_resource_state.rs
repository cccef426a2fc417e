//! UpgradeResourceState: called for every stored object, also at the present schema version.

use std::sync::Arc;

use hotswap_sdk::{Diagnostic, Provider, state};

use super::{Answer, answer::answer};
use crate::{
    proto::tfplugin6::upgrade_resource_state::{Request, Response},
    wire,
};

pub(super) async fn upgrade_resource_state(provider: Arc<dyn Provider>, request: Request) -> Answer<Response> {
    let kind = request.type_name.clone();
    answer("UpgradeResourceState", &kind, Response::default(), async move {
        let resource = super::resource(provider.as_ref(), &request.type_name)?;
        let stored = request.raw_state.unwrap_or_default();
        if stored.json.is_empty() {
            let detail = "It is in the form of Terraform 0.11 and earlier, which this provider has never written.";
            return Err(Diagnostic::error("State can't be read", detail).into());
        }
        let state = state::upgrade(resource.as_ref(), request.version, &stored.json).await?;
        let upgraded = wire::encode(&state, &resource.schema().ty()).map_err(Diagnostic::from)?;
        Ok(Response { upgraded_state: Some(upgraded), diagnostics: Vec::new() })
    })
    .await
}
