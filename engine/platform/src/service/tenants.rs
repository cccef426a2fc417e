//! Tenants: made, changed, ended; told to the gateway as soon as that is committed.

use hotswap_api as api;
use hotswap_api::{ErrorCode, Problem};
use hotswap_gateway::TenantPolicy;
use hotswap_model::{Action, Principal, TenantId, TenantName, TenantSpec, TenantStatus};
use hotswap_store::{self as store, Tx};

use super::acting::Acting;
use super::{Answer, Part, Replay, parse_etag};
use crate::error::{self, Result};
use crate::{Platform, clock};

impl Acting {
    pub(crate) async fn create_tenant(&self, spec: TenantSpec, replay: Option<Replay>) -> Result<Answer<api::Tenant>> {
        self.may(Action::WriteTenants)?;
        spec.validate().map_err(|faults| error::invalid(format_args!("tenant {:?}", spec.name.as_str()), faults))?;
        let answer = self
            .change(replay, |tx| {
                Box::pin(async move {
                    let id = TenantId::from_unique(clock::unique());
                    let tenant = tx.insert_tenant(&id, &spec, clock::now()).await.map_err(error::store)?;
                    Ok(Answer { created: true, body: to_api(tenant) })
                })
            })
            .await?;
        self.tell_gateway(&answer.body.spec);
        Ok(answer)
    }

    pub(crate) async fn tenant(&self, name_or_id: &str) -> Result<api::Tenant> {
        self.may(Action::ReadTenants)?;
        let mut tx = self.read().await?;
        let tenant = find(&mut tx, &self.principal, name_or_id).await?;
        let usage = tx.usage(&tenant.id).await.map_err(error::store)?;
        Ok(api::Tenant { usage: Some(usage), ..to_api(tenant) })
    }

    pub(crate) async fn tenants(&self, names: Option<Vec<String>>, part: Part) -> Result<api::Page<api::Tenant>> {
        self.may(Action::ReadTenants)?;
        let mut tx = self.read().await?;
        // Who is for one tenant lists that one, whatever is asked for.
        let names = match (&self.principal.tenant, names) {
            (Some((_, own)), None) => Some(vec![own.to_string()]),
            (_, names) => names,
        };
        if let Some(names) = names {
            // A text that is no name is the name of nothing.
            let names: Vec<TenantName> = names.iter().filter_map(|name| name.parse().ok()).collect();
            let names: Vec<TenantName> = names.into_iter().filter(|name| self.principal.sees_named(name)).collect();
            let items = tx.tenants_named(&names).await.map_err(error::store)?.into_iter().map(to_api).collect();
            return Ok(api::Page { items, next: None });
        }
        let page = store::Page { after: part.after.and_then(|after| after.parse().ok()), limit: part.limit };
        let items: Vec<_> = tx.list_tenants(&page).await.map_err(error::store)?.into_iter().map(to_api).collect();
        let next = (items.len() == part.limit as usize).then(|| items.last().map(|tenant| tenant.spec.name.to_string())).flatten();
        Ok(api::Page { items, next })
    }

    pub(crate) async fn update_tenant(
        &self,
        name_or_id: &str,
        spec: TenantSpec,
        etag: Option<&str>,
        replay: Option<Replay>,
    ) -> Result<Answer<api::Tenant>> {
        self.may(Action::WriteTenants)?;
        spec.validate().map_err(|faults| error::invalid(format_args!("tenant {:?}", spec.name.as_str()), faults))?;
        let (etag, name_or_id, principal) = (parse_etag(etag)?, name_or_id.to_owned(), self.principal.clone());
        let answer = self
            .change(replay, move |tx| {
                Box::pin(async move {
                    let before = find(tx, &principal, &name_or_id).await?;
                    if before.spec.name != spec.name {
                        let detail = format!("tenant {:?} cannot be renamed to {:?}", before.spec.name.as_str(), spec.name.as_str());
                        return Err(Problem::new(ErrorCode::Invalid, detail).hint("make a tenant of the new name and move its deployments"));
                    }
                    let after = tx.update_tenant(&before.id, &spec, etag, clock::now()).await.map_err(error::store)?;
                    Ok(Answer { created: false, body: to_api(after) })
                })
            })
            .await?;
        self.tell_gateway(&answer.body.spec);
        Ok(answer)
    }

    pub(crate) async fn delete_tenant(&self, name_or_id: &str, etag: Option<&str>) -> Result<()> {
        self.may(Action::WriteTenants)?;
        let etag = parse_etag(etag)?;
        let mut tx = self.write().await?;
        let tenant = find(&mut tx, &self.principal, name_or_id).await?;
        let deployments = tx.count_deployments_of_tenant(&tenant.id).await.map_err(error::store)?;
        if deployments > 0 {
            let named = tx.list_deployments(Some(&tenant.spec.name), &store::Page { after: None, limit: 3 }).await.map_err(error::store)?;
            let named: Vec<_> = named.iter().map(|deployment| deployment.name.to_string()).collect();
            let more = if deployments as usize > named.len() { ", …" } else { "" };
            let detail = format!("tenant {:?} still has {deployments} deployments: {}{more}", tenant.spec.name.as_str(), named.join(", "));
            return Err(Problem::new(ErrorCode::TenantInUse, detail).hint("delete them first"));
        }
        let now = clock::now();
        tx.delete_tenant(&tenant.id, etag, now).await.map_err(error::store)?;
        tx.revoke_tokens_of(&tenant.id, now).await.map_err(error::store)?;
        tx.commit().await.map_err(error::store)?;
        self.gateway.remove_tenant(&tenant.spec.name);
        Ok(())
    }
}

impl Platform {
    /// What the gateway must know of a tenant.
    pub(crate) fn tell_gateway(&self, spec: &TenantSpec) {
        let policy = TenantPolicy {
            suspended: spec.status == TenantStatus::Suspended,
            requests_per_second: spec.rate_limits.requests_per_second,
            burst: spec.rate_limits.burst,
        };
        self.gateway.set_tenant(&spec.name, policy);
    }
}

/// The tenant of this name or id. One that the principal does not see is not there.
pub(super) async fn find(tx: &mut Tx, principal: &Principal, name_or_id: &str) -> Result<store::Tenant> {
    let found = match (name_or_id.parse::<TenantId>(), name_or_id.parse::<TenantName>()) {
        (Ok(id), _) => tx.tenant_by_id(&id).await.map_err(error::store)?,
        (_, Ok(name)) => tx.tenant(&name).await.map_err(error::store)?,
        _ => None,
    };
    found.filter(|found| principal.sees(&found.id)).ok_or_else(|| {
        let problem = Problem::new(ErrorCode::TenantNotFound, format!("there is no tenant {name_or_id:?}"));
        match &principal.tenant {
            // The same whether there is such a tenant or not: nobody learns who else is here.
            Some((_, own)) => problem.hint(format!("this token is for tenant {:?} alone", own.as_str())),
            None => problem.hint(
                "`GET /v1/tenants` lists those there are; in a configuration, refer to `hotswap_tenant.NAME.name` so that it is made first",
            ),
        }
    })
}

fn to_api(tenant: store::Tenant) -> api::Tenant {
    api::Tenant {
        id: tenant.id,
        namespace: tenant.spec.name.to_string(),
        etag: tenant.etag.to_string(),
        spec: tenant.spec,
        usage: None,
        created_at: tenant.created_at,
        updated_at: tenant.updated_at,
    }
}
