//! StopProvider: the user pressed Ctrl-C. Applies under way finish or return early; Terraform waits for them.

use hotswap_sdk::Provider;
use tonic::Response;

use crate::proto::tfplugin6::stop_provider;

pub(super) fn stop_provider(provider: &dyn Provider) -> Response<stop_provider::Response> {
    tracing::info!("asked to stop");
    provider.stop();
    Response::new(stop_provider::Response::default())
}
