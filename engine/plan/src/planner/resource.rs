//! A resource block: how many objects it stands for, and all of them planned at once.

use std::sync::Arc;

use futures::{StreamExt, stream::FuturesUnordered};
use hotswap_lang::{Diagnostics, config::Resource};
use hotswap_sdk::Resource as ProviderResource;
use hotswap_value::address::{InstanceKey, ModuleInstance, ResourceBlock, ResourceInstance};

use super::Planner;
use crate::{Findings, Mode, ObjectType, Outcome, ProviderAddress, Repetition};

/// What the objects of a block have in common.
pub(super) struct Block<'a> {
    pub(super) config: &'a Resource,
    pub(super) ty: Arc<ObjectType>,
    pub(super) provider: String,
    pub(super) resource: Arc<dyn ProviderResource>,
    pub(super) dependencies: Vec<ResourceBlock>,
    pub(super) create_before_destroy: bool,
}

impl Planner<'_> {
    /// Plans every object of a block.
    pub(super) async fn resource(&self, name: &ResourceBlock) -> Outcome {
        let Some(objects) = self.expand(name) else { return Outcome::Failed };
        let Some(block) = self.block(name) else { return Outcome::Failed };
        let mut pending: FuturesUnordered<_> =
            objects.iter().filter(|object| self.includes(object)).map(|object| self.object(&block, object)).collect();
        let mut outcome = Outcome::Done;
        while let Some(ended) = pending.next().await {
            if ended == Outcome::Failed {
                outcome = Outcome::Failed;
            }
        }
        if outcome == Outcome::Done {
            self.found().planned.insert(name.clone());
        }
        outcome
    }

    /// The addresses of the objects a block stands for, in every instance of its module.
    pub(super) fn expand(&self, block: &ResourceBlock) -> Option<Vec<ResourceInstance>> {
        let config = self.config().modules.get(&block.module)?.resources.get(&block.resource)?;
        let mut findings = Findings::default();
        let mut objects = Vec::new();
        for module in self.world.module_instances(&block.module) {
            let Some(scope) = self.world.scope(&module) else { continue };
            let Some(repetition) = Repetition::evaluate(&config.repeat, &scope, &mut findings.diagnostics) else { continue };
            objects.extend(repetition.keys().into_iter().map(|key| object_of(&module, block, key)));
            self.world.set_repetition(&module, &block.resource, repetition);
        }
        let failed = findings.has_errors();
        findings.diagnostics.iter_mut().for_each(|diagnostic| diagnostic.context = diagnostic.context.or(Some(config.header)));
        self.found().findings.extend(findings);
        (!failed).then_some(objects)
    }

    fn block(&self, name: &ResourceBlock) -> Option<Block<'_>> {
        let config = self.config().modules.get(&name.module)?.resources.get(&name.resource)?;
        let address: ProviderAddress = self.world.provider_of(&name.module, &name.resource)?;
        Some(Block {
            config,
            ty: self.providers().object_type(&address.source, &name.resource)?.clone(),
            resource: self.providers().resource(&address, &name.resource.ty)?,
            provider: address.to_string(),
            dependencies: self.graph.resource_dependencies(name),
            create_before_destroy: config.lifecycle.create_before_destroy == Some(true) || self.forced_create_first.contains(name),
        })
    }

    /// Where everything is destroyed, a block is what the state has of it: providers may be configured with it.
    pub(super) fn as_stored(&self, block: &ResourceBlock) -> Outcome {
        let Some(config) = self.config().modules.get(&block.module).and_then(|module| module.resources.get(&block.resource)) else {
            return Outcome::Done;
        };
        for module in self.world.module_instances(&block.module) {
            let stored = self.before.resources.get(&object_of(&module, block, InstanceKey::None));
            let keys: Vec<InstanceKey> = stored.map(|stored| stored.instances.keys().cloned().collect()).unwrap_or_default();
            self.world.set_repetition(&module, &block.resource, stored_repetition(&config.repeat, &keys));
            let Some(address) = self.world.provider_of(&block.module, &block.resource) else { continue };
            let Some(ty) = self.providers().object_type(&address.source, &block.resource) else { continue };
            for key in keys {
                let object = object_of(&module, block, key);
                let value = self.before.current(&object).map(|stored| {
                    hotswap_value::json::decode_lenient(stored.attributes.as_str().as_bytes(), &ty.ty).map(|value| {
                        let sensitive = crate::schema_value::sensitive_paths(&ty.schema, &value, &stored.sensitive_attributes);
                        (value, sensitive)
                    })
                });
                if let Some(Ok((value, sensitive))) = value {
                    self.world.set_object(&object, value, sensitive);
                }
            }
        }
        Outcome::Done
    }

    /// Keeps messages that came up for an object.
    pub(super) fn say(&self, diagnostics: Diagnostics) {
        self.found().findings.diagnostics.extend(diagnostics);
    }

    pub(super) fn is_refresh_only(&self) -> bool {
        self.options.mode == Mode::RefreshOnly
    }
}

fn object_of(module: &ModuleInstance, block: &ResourceBlock, key: InstanceKey) -> ResourceInstance {
    ResourceInstance { module: module.clone(), resource: block.resource.clone(), key }
}

fn stored_repetition(repeat: &hotswap_lang::config::Repeat, keys: &[InstanceKey]) -> Repetition {
    match repeat {
        hotswap_lang::config::Repeat::Once => Repetition::Once,
        hotswap_lang::config::Repeat::Count(_) => {
            let most = keys.iter().filter_map(|key| if let InstanceKey::Index(index) = key { Some(index + 1) } else { None }).max();
            Repetition::Count(most.unwrap_or(0))
        }
        hotswap_lang::config::Repeat::ForEach(_) => {
            let elements = keys.iter().filter_map(|key| match key {
                InstanceKey::Key(key) => Some((key.clone(), hotswap_lang::Val::unknown())),
                _ => None,
            });
            Repetition::ForEach(Arc::new(elements.collect()))
        }
    }
}
