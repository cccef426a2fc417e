//! Where schemas are found.

use hotswap_sdk::{Provider, Schema};
use hotswap_value::address::ResourceMode;

/// Finds the schema of a resource type or data source. Objects of a type that has none are shown by what their values tell.
pub trait Schemas {
    /// The schema of the type `ty`.
    fn schema(&self, mode: ResourceMode, ty: &str) -> Option<&Schema>;
}

impl<'a> Schemas for dyn Provider + 'a {
    fn schema(&self, mode: ResourceMode, ty: &str) -> Option<&Schema> {
        match mode {
            ResourceMode::Managed => self.resources().get(ty).map(|resource| resource.schema()),
            ResourceMode::Data => self.data_sources().get(ty).map(|source| source.schema()),
            ResourceMode::Ephemeral => self.ephemeral_resources().get(ty).map(|resource| resource.schema()),
        }
    }
}
