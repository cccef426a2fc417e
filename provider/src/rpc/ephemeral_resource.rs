//! ValidateEphemeralResourceConfig, OpenEphemeralResource, RenewEphemeralResource and CloseEphemeralResource.

use std::{sync::Arc, time::SystemTime};

use hotswap_sdk::{Diagnostic, Diagnostics, EphemeralResource, OpenRequest, Provider, validate};

use super::{Answer, answer::answer};
use crate::{
    proto::tfplugin6::{
        close_ephemeral_resource, open_ephemeral_resource, renew_ephemeral_resource, validate_ephemeral_resource_config as validate_config,
    },
    wire,
};

fn ephemeral_resource(provider: &dyn Provider, name: &str) -> Result<Arc<dyn EphemeralResource>, Diagnostics> {
    provider.ephemeral_resources().get(name).cloned().ok_or_else(|| super::unknown_type("ephemeral resource", name))
}

fn timestamp(time: Option<SystemTime>) -> Option<prost_types::Timestamp> {
    time.map(prost_types::Timestamp::from)
}

pub(super) async fn validate(provider: Arc<dyn Provider>, request: validate_config::Request) -> Answer<validate_config::Response> {
    let kind = request.type_name.clone();
    answer("ValidateEphemeralResourceConfig", &kind, Default::default(), async move {
        let ephemeral = ephemeral_resource(provider.as_ref(), &request.type_name)?;
        let config = wire::decode(request.config.as_ref(), &ephemeral.schema().ty())?;
        let diagnostics = wire::diagnostics(validate::ephemeral_resource(ephemeral.as_ref(), &config).await);
        Ok(validate_config::Response { diagnostics })
    })
    .await
}

pub(super) async fn open(
    provider: Arc<dyn Provider>,
    request: open_ephemeral_resource::Request,
) -> Answer<open_ephemeral_resource::Response> {
    let kind = request.type_name.clone();
    answer("OpenEphemeralResource", &kind, Default::default(), async move {
        let ephemeral = ephemeral_resource(provider.as_ref(), &request.type_name)?;
        let schema = ephemeral.schema();
        let config = schema.with_defaults(wire::decode(request.config.as_ref(), &schema.ty())?);
        let response = ephemeral.open(OpenRequest { config }).await;
        if response.diagnostics.has_errors() {
            return Err(response.diagnostics);
        }
        let result = schema.ty().conform(response.result).map_err(Diagnostic::from)?;
        Ok(open_ephemeral_resource::Response {
            diagnostics: wire::diagnostics(response.diagnostics),
            renew_at: timestamp(response.renew_at),
            result: Some(wire::encode(&result, &schema.ty()).map_err(Diagnostic::from)?),
            private: Some(response.private),
            deferred: None,
        })
    })
    .await
}

pub(super) async fn renew(
    provider: Arc<dyn Provider>,
    request: renew_ephemeral_resource::Request,
) -> Answer<renew_ephemeral_resource::Response> {
    let kind = request.type_name.clone();
    let unchanged = renew_ephemeral_resource::Response { private: request.private.clone(), ..Default::default() };
    answer("RenewEphemeralResource", &kind, unchanged, async move {
        let ephemeral = ephemeral_resource(provider.as_ref(), &request.type_name)?;
        let response = ephemeral.renew(request.private.unwrap_or_default()).await;
        Ok(renew_ephemeral_resource::Response {
            diagnostics: wire::diagnostics(response.diagnostics),
            renew_at: timestamp(response.renew_at),
            private: Some(response.private),
        })
    })
    .await
}

pub(super) async fn close(
    provider: Arc<dyn Provider>,
    request: close_ephemeral_resource::Request,
) -> Answer<close_ephemeral_resource::Response> {
    let kind = request.type_name.clone();
    answer("CloseEphemeralResource", &kind, Default::default(), async move {
        let ephemeral = ephemeral_resource(provider.as_ref(), &request.type_name)?;
        let diagnostics = wire::diagnostics(ephemeral.close(request.private.unwrap_or_default()).await);
        Ok(close_ephemeral_resource::Response { diagnostics })
    })
    .await
}
