//! The secrets of a deployment: taken with a spec, sealed, and pinned by the revision that runs with them.

use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_model::{DeploymentId, Fault, SecretId};
use hotswap_store::{PinnedSecret, SealedSecret, StoredRevision, Tx};

use crate::clock;
use crate::error::{self, Result};
use crate::secrets::MasterKey;

/// Checks what can be checked before anything is looked up.
pub(super) fn validate(request: &api::DeploymentRequest) -> Result<()> {
    let Some(secrets) = &request.secrets else { return Ok(()) };
    if request.spec.secrets_version.is_none() {
        let fault = Fault { field: "secrets_version".into(), message: "is not set; secrets come with a version, such as 1".into() };
        return Err(Problem::new(ErrorCode::Invalid, "the deployment's secrets are not valid").errors(vec![fault]));
    }
    secrets.validate(request.spec.config.as_deref()).map_err(|faults| error::invalid("the deployment's secrets", faults))
}

/// The secrets the next revision of a deployment runs with: those of the present one while it asks for the same version, else
/// those that were sent, else what is still kept of that version.
pub(super) async fn pin(
    tx: &mut Tx,
    deployment: &DeploymentId,
    wanted: &api::DeploymentRequest,
    current: Option<&StoredRevision>,
    master_key: &MasterKey,
) -> Result<Option<PinnedSecret>> {
    let Some(version) = wanted.spec.secrets_version else { return Ok(None) };
    if let Some(current) = current.filter(|current| current.revision.spec.secrets_version == Some(version))
        && current.secret.as_ref().is_some_and(|secret| !secret.names.is_empty())
    {
        return keeps_apart(wanted, current.secret.clone());
    }
    let sealed = match &wanted.secrets {
        Some(secrets) => {
            let id = SecretId::from_unique(clock::unique());
            let sealed = master_key.seal(id, deployment, version, secrets, clock::now()).map_err(|e| error::internal(&e))?;
            tx.insert_secret(&sealed).await.map_err(error::store)?;
            Some(sealed)
        }
        None => tx.secret_of_version(deployment, version).await.map_err(error::store)?,
    };
    let SealedSecret { id, names, .. } = sealed.ok_or_else(|| {
        Problem::new(
            ErrorCode::SecretsMissing,
            format!("`secrets_version` is {version}, and no secrets were sent or are kept of that version"),
        )
        .hint("send `secrets` with it; values are kept only as long as a revision may serve that has them")
    })?;
    keeps_apart(wanted, Some(PinnedSecret { id, names }))
}

/// Refuses a `config` that has a key which is a secret's, too: also of secrets that were not sent again.
fn keeps_apart(wanted: &api::DeploymentRequest, secret: Option<PinnedSecret>) -> Result<Option<PinnedSecret>> {
    let config = wanted.spec.config.as_deref().and_then(|text| hotswap_model::parse_config(text).ok()).unwrap_or_default();
    let both = secret.iter().flat_map(|secret| &secret.names).find(|name| config.contains_key(*name));
    match both {
        None => Ok(secret),
        Some(name) => {
            let message = format!("sets {name:?}, and a secret has that name; a plugin reads them in one place: take it out of one");
            let fault = Fault { field: "config".into(), message };
            Err(Problem::new(ErrorCode::Invalid, "the deployment's config and secrets collide").errors(vec![fault]))
        }
    }
}
