//! The parts of an address that JSON names one by one.

use hotswap_value::address::{ResourceInstance, ResourceMode};
use serde::Serialize;
use serde_json::Value as Json;

use crate::render::order;

/// Which object: its address and the parts of it.
#[derive(Debug, Serialize)]
pub(super) struct Object {
    pub(super) address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) previous_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) module_address: Option<String>,
    pub(super) mode: &'static str,
    #[serde(rename = "type")]
    pub(super) ty: String,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<Json>,
    pub(super) provider_name: String,
}

impl Object {
    /// As a change has it.
    pub(super) fn new(address: &ResourceInstance, provider: &str) -> Self {
        let module = (!address.module.is_root()).then(|| address.module.to_string());
        Self { module_address: module, ..Self::within_module(address, provider) }
    }

    /// As the list of a module's objects has it: the module is told once.
    pub(super) fn within_module(address: &ResourceInstance, provider: &str) -> Self {
        Self {
            address: address.to_string(),
            previous_address: None,
            module_address: None,
            mode: mode(address.resource.mode),
            ty: address.resource.ty.to_string(),
            name: address.resource.name.to_string(),
            index: order::key_json(&address.key),
            provider_name: provider_name(provider).to_owned(),
        }
    }
}

pub(super) fn mode(mode: ResourceMode) -> &'static str {
    match mode {
        ResourceMode::Managed => "managed",
        ResourceMode::Data => "data",
        ResourceMode::Ephemeral => "ephemeral",
    }
}

/// `registry.terraform.io/hotswap/hotswap` of `module.m.provider["registry.terraform.io/hotswap/hotswap"].eu`.
pub(super) fn provider_name(provider: &str) -> &str {
    let inner = provider.split_once("[\"").and_then(|(_, rest)| rest.split_once("\"]"));
    inner.map_or(provider, |(name, _)| name)
}
