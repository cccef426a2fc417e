//! What a block says, as a provider is told it: evaluated, and brought to the schema's type.

use hotswap_lang::{Diagnostic, Diagnostics, ast::Body, evaluate::attribute_range};
use hotswap_value::{
    AttributePath, Value,
    address::{ResourceInstance, ResourceMode},
};

use super::World;
use crate::schema_value::{Ephemeral, decode_body};

/// What a block says of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigValue {
    /// Of the schema's type: null where nothing is said, unknown where not known yet, write-only values included.
    pub value: Value,
    /// What of it is made of something sensitive, write-only attributes left out.
    pub sensitive: Vec<AttributePath>,
}

impl World<'_> {
    /// What its block says of an object, with what is known now. `None` if there is no such block, or if there are errors; they are in
    /// `diagnostics`, with their places.
    pub fn object_config(&self, object: &ResourceInstance, diagnostics: &mut Diagnostics) -> Option<ConfigValue> {
        let block = self.config().resource(object)?;
        let scope = self.object_scope(object)?;
        let provider = self.provider_of(&object.module.path(), &object.resource)?;
        let ty = self.providers().object_type(&provider.source, &object.resource)?;
        let before = diagnostics.len();
        let ephemeral = if object.resource.mode == ResourceMode::Ephemeral { Ephemeral::Allowed } else { Ephemeral::WriteOnly };
        let value = decode_body(&block.body, ty, ephemeral, &scope, diagnostics);
        diagnostics[before..].iter_mut().for_each(|diagnostic| {
            diagnostic.context = diagnostic.context.or(Some(block.header));
            diagnostic.address = diagnostic.address.take().or_else(|| Some(object.to_string()));
        });
        value
    }

    /// What the block of a provider's configuration says; an empty one if there is no block.
    pub fn provider_config(&self, address: &crate::ProviderAddress, diagnostics: &mut Diagnostics) -> Option<Value> {
        let ty = self.providers().config_type(&address.source)?;
        let Some(block) = crate::providers::block_of(self.config(), address) else { return ty.ty.conform(Value::Map([].into())).ok() };
        let frame = self.frames(&address.module).first()?.clone();
        let scope = super::ModuleScope::new(self, frame);
        let before = diagnostics.len();
        let value = decode_body(&block.body, ty, Ephemeral::Allowed, &scope, diagnostics);
        diagnostics[before..].iter_mut().for_each(|diagnostic| diagnostic.context = diagnostic.context.or(Some(block.header)));
        value.map(|value| value.value)
    }

    /// A provider's words about an object, with the places of the attributes they are about.
    pub fn locate(&self, object: &ResourceInstance, from: &hotswap_sdk::Diagnostics) -> Diagnostics {
        let block = self.config().resource(object);
        from.iter().map(|diagnostic| locate(diagnostic, block.map(|block| (&block.body, block.header)), &object.to_string())).collect()
    }

    /// A provider's words about its own configuration.
    pub fn locate_provider(&self, address: &crate::ProviderAddress, from: &hotswap_sdk::Diagnostics) -> Diagnostics {
        let block = crate::providers::block_of(self.config(), address);
        from.iter().map(|diagnostic| locate(diagnostic, block.map(|block| (&block.body, block.header)), &address.to_string())).collect()
    }
}

/// A provider's diagnostic as one of the configuration: at the attribute it is about, else at the block.
fn locate(diagnostic: &hotswap_sdk::Diagnostic, block: Option<(&Body, hotswap_lang::Range)>, object: &str) -> Diagnostic {
    let range = block.map(|(body, header)| diagnostic.attribute.as_ref().and_then(|path| attribute_range(body, path)).unwrap_or(header));
    let severity = match diagnostic.severity {
        hotswap_sdk::Severity::Error => hotswap_lang::Severity::Error,
        hotswap_sdk::Severity::Warning => hotswap_lang::Severity::Warning,
    };
    Diagnostic {
        severity,
        range,
        context: block.map(|(_, header)| header),
        address: Some(object.to_owned()),
        ..Diagnostic::error(diagnostic.summary.clone(), diagnostic.detail.clone())
    }
}
