//! The providers in this program: one.

use std::sync::Arc;

use hotswap_plan::render::Schemas;
use hotswap_plan::{ProviderSource, Providers};
use hotswap_resources::{ProviderEnvironment, provider};
use hotswap_sdk::{Provider, Schema};
use hotswap_value::address::ResourceMode;

/// The address of the provider of the hotswap_* types.
pub(crate) const SOURCE: &str = "registry.terraform.io/hotswap/hotswap";

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The providers there are, none of them configured.
pub(crate) fn providers() -> Providers {
    Providers::new([Arc::new(Hotswap) as Arc<dyn ProviderSource>], VERSION)
}

/// The schemas of the types there are.
pub(crate) fn schemas() -> impl Schemas {
    Known(Hotswap.start())
}

struct Known(Arc<dyn Provider>);

impl Schemas for Known {
    fn schema(&self, mode: ResourceMode, ty: &str) -> Option<&Schema> {
        Schemas::schema(&*self.0, mode, ty)
    }
}

struct Hotswap;

impl ProviderSource for Hotswap {
    fn source(&self) -> &str {
        SOURCE
    }

    fn start(&self) -> Arc<dyn Provider> {
        let variable = Box::new(|name: &str| std::env::var(name).ok());
        provider(ProviderEnvironment { variable, user_agent: format!("hotswap/{VERSION}") })
    }
}
