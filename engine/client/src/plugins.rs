//! Calls about plugins.

use hotswap_api::{Adoption, Plugin, path};
use hotswap_model::{Channel, PluginSpec};
use reqwest::Method;

use crate::client::{Client, Inner};
use crate::coalesce::{Coalescer, Listed};
use crate::error::ClientError;
use crate::pages::Pages;
use crate::transport::Call;

/// What plugins are looked for; a plugin is found if it fits every part that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PluginSearch {
    /// Words in its name, display name, description, publisher or tags.
    pub query: Option<String>,
    /// Its category.
    pub category: Option<String>,
    /// One of its tags.
    pub tag: Option<String>,
    /// Its publisher.
    pub publisher: Option<String>,
    /// An interface that a live version offers or asks for; its version may be left out.
    pub capability: Option<String>,
    /// The channel of a live version.
    pub channel: Option<Channel>,
}

impl Listed for Plugin {
    const PATH: &'static str = path::PLUGINS;

    fn list_name(&self) -> String {
        self.spec.name.to_string()
    }

    fn coalescer(inner: &Inner) -> &Coalescer<Self> {
        &inner.plugins
    }
}

impl PluginSearch {
    fn call(&self) -> Call {
        let parts = [
            ("q", self.query.as_deref()),
            ("category", self.category.as_deref()),
            ("tag", self.tag.as_deref()),
            ("publisher", self.publisher.as_deref()),
            ("capability", self.capability.as_deref()),
            ("channel", self.channel.map(Channel::as_str)),
        ];
        let given = parts.into_iter().filter_map(|(name, value)| Some((name, value?)));
        given.fold(Call::new(Method::GET, path::PLUGINS.to_owned()), |call, (name, value)| call.query(name, value))
    }
}

impl Client {
    /// The plugins that fit, the best first.
    ///
    /// # Errors
    /// As every call.
    pub async fn search_plugins(&self, search: &PluginSearch) -> Result<Vec<Plugin>, ClientError> {
        self.list(search.call()).await
    }

    /// The same page by page.
    pub fn plugin_pages(&self, search: &PluginSearch) -> Pages<Plugin> {
        self.pages(search.call())
    }

    /// One plugin by name or id.
    ///
    /// # Errors
    /// `plugin_not_found`, and as every call.
    pub async fn get_plugin(&self, plugin: &str) -> Result<Plugin, ClientError> {
        self.send(Call::new(Method::GET, path::fill(path::PLUGIN, &[plugin]))).await
    }

    /// One plugin by name; reads at the same time become one call. Absent: there is none.
    ///
    /// # Errors
    /// As every call.
    pub async fn get_plugin_coalesced(&self, name: &str) -> Result<Option<Plugin>, ClientError> {
        self.coalesced(name).await
    }

    /// Which tenants run which of its versions.
    ///
    /// # Errors
    /// `plugin_not_found`, and as every call.
    pub async fn adoption(&self, plugin: &str) -> Result<Vec<Adoption>, ClientError> {
        self.list(Call::new(Method::GET, path::fill(path::ADOPTION, &[plugin]))).await
    }

    /// Makes a plugin.
    ///
    /// # Errors
    /// `name_taken`, `invalid`, and as every call.
    pub async fn create_plugin(&self, spec: &PluginSpec) -> Result<Plugin, ClientError> {
        self.send(Call::new(Method::POST, path::PLUGINS.to_owned()).json(spec)).await
    }

    /// Changes a plugin to be as given.
    ///
    /// # Errors
    /// `plugin_not_found`, `invalid`, and as every call.
    pub async fn update_plugin(&self, plugin: &str, spec: &PluginSpec) -> Result<Plugin, ClientError> {
        self.send(Call::new(Method::PUT, path::fill(path::PLUGIN, &[plugin])).json(spec)).await
    }

    /// Removes a plugin.
    ///
    /// # Errors
    /// `plugin_not_found`, `plugin_in_use`, and as every call.
    pub async fn delete_plugin(&self, plugin: &str) -> Result<(), ClientError> {
        self.send_for_nothing(Call::new(Method::DELETE, path::fill(path::PLUGIN, &[plugin]))).await
    }
}
