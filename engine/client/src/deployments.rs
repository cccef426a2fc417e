//! Calls about deployments.

use hotswap_api::{Deployment, DeploymentRequest, Page, Preview, Resolution, ResolutionRequest, path};
use hotswap_model::{DeploymentId, Revision};
use reqwest::Method;
use reqwest::header::{HeaderValue, IF_MATCH, IF_NONE_MATCH};

use crate::client::{Client, Inner};
use crate::coalesce::{Coalescer, Listed};
use crate::error::ClientError;
use crate::pages::Pages;
use crate::transport::Call;

/// What must be so for a change to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// The deployment is not there yet.
    Absent,
    /// It is as it was when it had this etag.
    Unchanged(String),
    /// Nothing: it is made or changed.
    None,
}

impl Listed for Deployment {
    const PATH: &'static str = path::DEPLOYMENTS;

    fn list_name(&self) -> String {
        format!("{}/{}", self.tenant, self.name)
    }

    fn coalescer(inner: &Inner) -> &Coalescer<Self> {
        &inner.deployments
    }
}

fn deployments_of(tenant: Option<&str>) -> Call {
    let path = tenant.map_or_else(|| path::DEPLOYMENTS.to_owned(), |tenant| path::fill(path::TENANT_DEPLOYMENTS, &[tenant]));
    Call::new(Method::GET, path)
}

impl Client {
    /// The deployments of all tenants, or of one.
    ///
    /// # Errors
    /// `tenant_not_found`, and as every call.
    pub async fn list_deployments(&self, tenant: Option<&str>) -> Result<Vec<Deployment>, ClientError> {
        self.list(deployments_of(tenant)).await
    }

    /// The same page by page.
    pub fn deployment_pages(&self, tenant: Option<&str>) -> Pages<Deployment> {
        self.pages(deployments_of(tenant))
    }

    /// One deployment.
    ///
    /// # Errors
    /// `tenant_not_found`, `deployment_not_found`, and as every call.
    pub async fn get_deployment(&self, tenant: &str, name: &str) -> Result<Deployment, ClientError> {
        self.send(Call::new(Method::GET, path::fill(path::DEPLOYMENT, &[tenant, name]))).await
    }

    /// One deployment with its live figures.
    ///
    /// # Errors
    /// As [`Client::get_deployment`].
    pub async fn get_deployment_live(&self, tenant: &str, name: &str) -> Result<Deployment, ClientError> {
        self.send(Call::new(Method::GET, path::fill(path::DEPLOYMENT, &[tenant, name])).query("live", "true")).await
    }

    /// One deployment by id.
    ///
    /// # Errors
    /// `deployment_not_found`, and as every call.
    pub async fn get_deployment_by_id(&self, id: &DeploymentId) -> Result<Deployment, ClientError> {
        self.send(Call::new(Method::GET, path::fill(path::DEPLOYMENT_BY_ID, &[id.as_str()]))).await
    }

    /// One deployment; reads at the same time become one call. Absent: there is none, or not even its tenant.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_deployment_coalesced(&self, tenant: &str, name: &str) -> Result<Option<Deployment>, ClientError> {
        self.coalesced(&format!("{tenant}/{name}")).await
    }

    /// Makes or changes a deployment. It is accepted with the answer; the rollout goes on behind it.
    ///
    /// # Errors
    /// `name_taken` or `etag_mismatch` where the precondition does not hold, `no_matching_version`, `quota_exceeded`,
    /// `rate_limited`, `tenant_suspended`, `category_not_allowed`, `invalid`, and as every call.
    pub async fn put_deployment(
        &self,
        tenant: &str,
        name: &str,
        request: &DeploymentRequest,
        precondition: &Precondition,
    ) -> Result<Deployment, ClientError> {
        let call = Call::new(Method::PUT, path::fill(path::DEPLOYMENT, &[tenant, name])).json(request);
        let call = match precondition {
            Precondition::Absent => call.header(IF_NONE_MATCH, HeaderValue::from_static("*")),
            // An etag that cannot be sent was never one of the server's: let it say so.
            Precondition::Unchanged(etag) => {
                call.header(IF_MATCH, HeaderValue::from_str(&quoted(etag)).unwrap_or(HeaderValue::from_static("\"\"")))
            }
            Precondition::None => call,
        };
        self.send(call).await
    }

    /// What a `put` would do. Changes nothing.
    ///
    /// # Errors
    /// As every call; what is wrong with the request is in the answer.
    pub async fn preview_deployment(&self, tenant: &str, name: &str, request: &DeploymentRequest) -> Result<Preview, ClientError> {
        self.send(Call::new(Method::POST, path::fill(path::PREVIEW, &[tenant, name])).json(request).changes_nothing()).await
    }

    /// Which versions a plugin and all it needs would get now. Changes nothing.
    ///
    /// # Errors
    /// `plugin_not_found`, `tenant_not_found`, `no_matching_version`, `dependency_conflict`, and as every call.
    pub async fn resolve(&self, request: &ResolutionRequest) -> Result<Resolution, ClientError> {
        self.send(Call::new(Method::POST, path::RESOLUTION.to_owned()).json(request).changes_nothing()).await
    }

    /// Removes a deployment: its requests are answered 404 from here on, those under way are finished.
    ///
    /// # Errors
    /// `deployment_not_found`, and as every call.
    pub async fn delete_deployment(&self, tenant: &str, name: &str) -> Result<(), ClientError> {
        self.send_for_nothing(Call::new(Method::DELETE, path::fill(path::DEPLOYMENT, &[tenant, name]))).await
    }

    /// The revisions of a deployment, the newest first.
    ///
    /// # Errors
    /// `deployment_not_found`, and as every call.
    pub async fn list_revisions(&self, tenant: &str, name: &str) -> Result<Vec<Revision>, ClientError> {
        let page: Page<Revision> = self.send(Call::new(Method::GET, path::fill(path::REVISIONS, &[tenant, name]))).await?;
        Ok(page.items)
    }
}

fn quoted(etag: &str) -> String {
    if etag.starts_with('"') { etag.to_owned() } else { format!("\"{etag}\"") }
}
