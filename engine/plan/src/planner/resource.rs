//! A resource block: how many objects it stands for, and all of them planned at once.

use std::sync::Arc;

use futures::{StreamExt, stream::FuturesUnordered};
use hotswap_lang::{Diagnostics, config::Resource};
use hotswap_sdk::Resource as ProviderResource;
use hotswap_value::address::{ResourceBlock, ResourceInstance};

use super::Planner;
use crate::{Mode, ObjectType, Outcome, ProviderAddress};

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
        // What the targets leave out is what it was: others may look at it.
        objects.iter().filter(|object| !self.includes(object)).for_each(|object| self.world.take_over(&self.before, object));
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
        let mut diagnostics = Vec::new();
        let objects = self.world.expand(block, &mut diagnostics);
        self.say(diagnostics);
        objects
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

    /// Keeps messages that came up for an object.
    pub(super) fn say(&self, diagnostics: Diagnostics) {
        self.found().findings.diagnostics.extend(diagnostics);
    }

    pub(super) fn is_refresh_only(&self) -> bool {
        self.options.mode == Mode::RefreshOnly
    }
}
