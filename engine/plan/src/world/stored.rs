//! Blocks as the state has them, where their configuration is not evaluated.

use std::sync::Arc;

use hotswap_lang::{Val, config::Repeat};
use hotswap_state::State;
use hotswap_value::address::{InstanceKey, ResourceBlock, ResourceInstance};

use super::{Repetition, World};

impl World<'_> {
    /// Takes the objects of a block over from the state, with the keys they have there, in every instance of its module.
    pub fn take_over_block(&self, state: &State, block: &ResourceBlock) {
        let config = self.config().modules.get(&block.module).and_then(|module| module.resources.get(&block.resource));
        let Some(config) = config else { return };
        for module in self.module_instances(&block.module) {
            let group = ResourceInstance { module, resource: block.resource.clone(), key: InstanceKey::None };
            let stored = state.resources.get(&group);
            let keys: Vec<InstanceKey> = stored.map(|stored| stored.instances.keys().cloned().collect()).unwrap_or_default();
            self.set_repetition(&group.module, &block.resource, repetition(&config.repeat, &keys));
            keys.into_iter().for_each(|key| self.take_over(state, &ResourceInstance { key, ..group.clone() }));
        }
    }
}

/// What a block stands for if its objects have these keys.
fn repetition(repeat: &Repeat, keys: &[InstanceKey]) -> Repetition {
    match repeat {
        Repeat::Once => Repetition::Once,
        Repeat::Count(_) => {
            let most = keys.iter().filter_map(|key| if let InstanceKey::Index(index) = key { Some(index + 1) } else { None }).max();
            Repetition::Count(most.unwrap_or(0))
        }
        Repeat::ForEach(_) => {
            let elements =
                keys.iter().filter_map(|key| if let InstanceKey::Key(key) = key { Some((key.clone(), Val::unknown())) } else { None });
            Repetition::ForEach(Arc::new(elements.collect()))
        }
    }
}
