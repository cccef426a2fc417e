//! A provider: its own configuration, and the resources, data sources, ephemeral resources and functions it has by name.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use hotswap_value::Value;

use crate::{DataSource, Diagnostics, EphemeralResource, Function, ListResource, Resource, Review, ReviewedChange, Schema};

/// What a provider is configured with.
#[derive(Debug, Clone)]
pub struct ConfigureRequest {
    /// The provider block, of the schema's type. At plan time parts may be unknown, which is no error.
    pub config: Value,
    /// The front end's version, for user agents and messages.
    pub client_version: String,
}

/// A provider. One value serves one process; its resources share what `configure` sets up.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The schema of the provider block.
    fn schema(&self) -> &Schema;

    /// Checks the provider block beyond its schema. Called before `configure`, and in processes that are never configured.
    async fn validate(&self, _config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    /// Takes the provider block. Not called where only validation or functions are wanted; called once for each run in a process that
    /// outlives runs.
    async fn configure(&self, request: ConfigureRequest) -> Diagnostics;

    /// Managed resources by type name.
    fn resources(&self) -> &BTreeMap<String, Arc<dyn Resource>>;

    /// Data sources by type name.
    fn data_sources(&self) -> &BTreeMap<String, Arc<dyn DataSource>>;

    /// Ephemeral resources by type name.
    fn ephemeral_resources(&self) -> &BTreeMap<String, Arc<dyn EphemeralResource>> {
        static NONE: BTreeMap<String, Arc<dyn EphemeralResource>> = BTreeMap::new();
        &NONE
    }

    /// Ways to find the objects of a managed type, by the name of that type; it must have an identity.
    fn list_resources(&self) -> &BTreeMap<String, Arc<dyn ListResource>> {
        static NONE: BTreeMap<String, Arc<dyn ListResource>> = BTreeMap::new();
        &NONE
    }

    /// Functions by name.
    fn functions(&self) -> &BTreeMap<String, Arc<dyn Function>>;

    /// Looks at a plan as a whole: every create, update, replacement and destroy of managed resources in it. Changes nothing.
    async fn review(&self, _changes: &[ReviewedChange]) -> Review {
        Review::default()
    }

    /// The user wants to stop. Returns at once; operations under way see it through a [`crate::Stop`] and return early where they only wait.
    fn stop(&self);
}
