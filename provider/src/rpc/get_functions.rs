//! GetFunctions: the functions with their signatures.

use std::sync::Arc;

use hotswap_sdk::Provider;

use super::{Answer, answer::answer};
use crate::{proto::tfplugin6::get_functions::Response, wire};

pub(super) async fn get_functions(provider: Arc<dyn Provider>) -> Answer<Response> {
    answer("GetFunctions", "", Response::default(), async move {
        Ok(Response { functions: wire::functions(provider.as_ref()), diagnostics: Vec::new() })
    })
    .await
}
