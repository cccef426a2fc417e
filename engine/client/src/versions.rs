//! Calls about published versions.

use hotswap_api::{Page, PluginVersion, VersionChange, VersionDifference, path};
use hotswap_model::{Version, VersionId, VersionSpec};
use reqwest::Method;

use crate::client::{Client, Inner};
use crate::coalesce::{Coalescer, Listed};
use crate::error::ClientError;
use crate::transport::Call;

impl Listed for PluginVersion {
    const PATH: &'static str = path::ALL_VERSIONS;

    fn list_name(&self) -> String {
        format!("{}/{}", self.spec.plugin, self.spec.version)
    }

    fn coalescer(inner: &Inner) -> &Coalescer<Self> {
        &inner.versions
    }
}

impl Client {
    /// The versions of a plugin that are not retired, by precedence.
    ///
    /// # Errors
    /// `plugin_not_found`, and as every call.
    pub async fn list_versions(&self, plugin: &str) -> Result<Vec<PluginVersion>, ClientError> {
        let page: Page<PluginVersion> = self.send(Call::new(Method::GET, path::fill(path::VERSIONS, &[plugin]))).await?;
        Ok(page.items)
    }

    /// One version, retired or not.
    ///
    /// # Errors
    /// `plugin_not_found`, `version_not_found`, and as every call.
    pub async fn get_version(&self, plugin: &str, version: &Version) -> Result<PluginVersion, ClientError> {
        self.send(Call::new(Method::GET, path::fill(path::VERSION, &[plugin, &version.to_string()]))).await
    }

    /// What tells two versions of a plugin apart.
    ///
    /// # Errors
    /// `plugin_not_found`, `version_not_found`, and as every call.
    pub async fn diff_versions(&self, plugin: &str, from: &Version, to: &Version) -> Result<VersionDifference, ClientError> {
        let call = Call::new(Method::GET, path::fill(path::DIFF, &[plugin]));
        self.send(call.query("from", from.to_string()).query("to", to.to_string())).await
    }

    /// One version; reads at the same time become one call. Absent: there is none, or it is retired.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_version_coalesced(&self, plugin: &str, version: &Version) -> Result<Option<PluginVersion>, ClientError> {
        self.coalesced(&format!("{plugin}/{version}")).await
    }

    /// A version by its id, retired or not.
    ///
    /// # Errors
    /// `version_not_found`, and as every call.
    pub async fn get_version_by_id(&self, id: &VersionId) -> Result<PluginVersion, ClientError> {
        self.send(Call::new(Method::GET, path::fill(path::VERSION_BY_ID, &[id.as_str()]))).await
    }

    /// Publishes a version whose component was uploaded. A retired one with the same content comes back.
    ///
    /// # Errors
    /// `plugin_not_found`, `component_not_found`, `version_conflict`, `invalid`, and as every call.
    pub async fn publish_version(&self, spec: &VersionSpec) -> Result<PluginVersion, ClientError> {
        self.send(Call::new(Method::POST, path::fill(path::VERSIONS, &[spec.plugin.as_str()])).json(spec)).await
    }

    /// Changes what may change of a version.
    ///
    /// # Errors
    /// `plugin_not_found`, `version_not_found`, `invalid`, and as every call.
    pub async fn change_version(&self, plugin: &str, version: &Version, change: &VersionChange) -> Result<PluginVersion, ClientError> {
        self.send(Call::new(Method::PATCH, path::fill(path::VERSION, &[plugin, &version.to_string()])).json(change)).await
    }

    /// Retires a version: it is never chosen anew, and what runs of it goes on.
    ///
    /// # Errors
    /// `plugin_not_found`, `version_not_found`, and as every call.
    pub async fn retire_version(&self, plugin: &str, version: &Version) -> Result<(), ClientError> {
        self.send_for_nothing(Call::new(Method::DELETE, path::fill(path::VERSION, &[plugin, &version.to_string()]))).await
    }
}
