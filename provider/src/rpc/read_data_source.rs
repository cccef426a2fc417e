//! ReadDataSource.

use std::sync::Arc;

use hotswap_sdk::{Diagnostic, Provider, state};

use super::{Answer, answer::answer};
use crate::{
    proto::tfplugin6::read_data_source::{Request, Response},
    wire,
};

pub(super) async fn read_data_source(provider: Arc<dyn Provider>, request: Request) -> Answer<Response> {
    let kind = request.type_name.clone();
    answer("ReadDataSource", &kind, Response::default(), async move {
        let source = super::data_source(provider.as_ref(), &request.type_name)?;
        let ty = source.schema().ty();
        let config = wire::decode(request.config.as_ref(), &ty)?;
        let response = state::read_data_source(source.as_ref(), config).await;
        let state = wire::encode(&response.state, &ty).map_err(Diagnostic::from)?;
        Ok(Response { state: Some(state), diagnostics: wire::diagnostics(response.diagnostics), deferred: None })
    })
    .await
}
