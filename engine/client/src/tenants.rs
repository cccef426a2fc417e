//! Calls about tenants.

use hotswap_api::{Tenant, path};
use hotswap_model::TenantSpec;
use reqwest::Method;

use crate::client::{Client, Inner};
use crate::coalesce::{Coalescer, Listed};
use crate::error::ClientError;
use crate::pages::Pages;
use crate::transport::Call;

impl Listed for Tenant {
    const PATH: &'static str = path::TENANTS;

    fn list_name(&self) -> String {
        self.spec.name.to_string()
    }

    fn coalescer(inner: &Inner) -> &Coalescer<Self> {
        &inner.tenants
    }
}

impl Client {
    /// Every tenant, by name.
    ///
    /// # Errors
    /// As every call.
    pub async fn list_tenants(&self) -> Result<Vec<Tenant>, ClientError> {
        self.list(Call::new(Method::GET, path::TENANTS.to_owned())).await
    }

    /// The same page by page.
    pub fn tenant_pages(&self) -> Pages<Tenant> {
        self.pages(Call::new(Method::GET, path::TENANTS.to_owned()))
    }

    /// One tenant by name or id, with its usage.
    ///
    /// # Errors
    /// `tenant_not_found`, and as every call.
    pub async fn get_tenant(&self, tenant: &str) -> Result<Tenant, ClientError> {
        self.send(Call::new(Method::GET, path::fill(path::TENANT, &[tenant]))).await
    }

    /// One tenant by name, without its usage; reads at the same time become one call. Absent: there is none.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_tenant_coalesced(&self, name: &str) -> Result<Option<Tenant>, ClientError> {
        self.coalesced(name).await
    }

    /// Makes a tenant.
    ///
    /// # Errors
    /// `name_taken`, `invalid`, and as every call.
    pub async fn create_tenant(&self, spec: &TenantSpec) -> Result<Tenant, ClientError> {
        self.send(Call::new(Method::POST, path::TENANTS.to_owned()).json(spec)).await
    }

    /// Changes a tenant to be as given.
    ///
    /// # Errors
    /// `tenant_not_found`, `invalid`, and as every call.
    pub async fn update_tenant(&self, tenant: &str, spec: &TenantSpec) -> Result<Tenant, ClientError> {
        self.send(Call::new(Method::PUT, path::fill(path::TENANT, &[tenant])).json(spec)).await
    }

    /// Removes a tenant.
    ///
    /// # Errors
    /// `tenant_not_found`, `tenant_in_use`, and as every call.
    pub async fn delete_tenant(&self, tenant: &str) -> Result<(), ClientError> {
        self.send_for_nothing(Call::new(Method::DELETE, path::fill(path::TENANT, &[tenant]))).await
    }
}
