//! GetResourceIdentitySchemas and UpgradeResourceIdentity.

use std::sync::Arc;

use hotswap_sdk::{Provider, identity};

use super::{Answer, answer::answer};
use crate::{
    proto::tfplugin6::{get_resource_identity_schemas, upgrade_resource_identity},
    wire,
};

pub(super) async fn get_schemas(provider: Arc<dyn Provider>) -> Answer<get_resource_identity_schemas::Response> {
    answer("GetResourceIdentitySchemas", "", Default::default(), async move {
        let with_identity = |(name, resource): (&String, &Arc<dyn hotswap_sdk::Resource>)| {
            resource.identity_schema().map(|schema| (name.clone(), wire::identity_schema(schema)))
        };
        let identity_schemas = provider.resources().iter().filter_map(with_identity).collect();
        Ok(get_resource_identity_schemas::Response { identity_schemas, diagnostics: Vec::new() })
    })
    .await
}

pub(super) async fn upgrade(
    provider: Arc<dyn Provider>,
    request: upgrade_resource_identity::Request,
) -> Answer<upgrade_resource_identity::Response> {
    let kind = request.type_name.clone();
    answer("UpgradeResourceIdentity", &kind, Default::default(), async move {
        let resource = super::resource(provider.as_ref(), &request.type_name)?;
        let upgraded = identity::upgrade(resource.as_ref(), request.version, &request.raw_identity.unwrap_or_default().json)?;
        let upgraded_identity = Some(wire::identity(identity::schema_of(resource.as_ref())?, &upgraded)?);
        Ok(upgrade_resource_identity::Response { upgraded_identity, diagnostics: Vec::new() })
    })
    .await
}
