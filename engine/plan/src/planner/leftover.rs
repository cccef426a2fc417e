//! What the state has and nothing asks for any more: blocks, modules and keys that are gone, and what earlier replacements left.

use std::collections::HashSet;

use futures::{StreamExt, stream::FuturesUnordered};
use hotswap_lang::{Diagnostic, Diagnostics, config::Repeat};
use hotswap_state::{Instance, Object};
use hotswap_value::{
    Value,
    address::{InstanceKey, ResourceBlock, ResourceInstance, ResourceMode, Target},
};

use super::{Planner, object::prevented, targets::lies_in};
use crate::{Action, Mode, ProviderAddress, Reason, ResourceChange};

/// What is done with what is left over.
enum Fate {
    Stays,
    Goes(Option<Reason>),
    Forgotten,
}

impl Planner<'_> {
    /// Plans everything the state has beyond what the configuration asks for.
    pub(super) async fn leftovers(&self) {
        let before = self.before.clone();
        let going = self.targeted_blocks();
        let mut pending = FuturesUnordered::new();
        for (address, instance) in before.iter() {
            if address.resource.mode == ResourceMode::Data {
                self.forget_data(&address);
                continue;
            }
            let uses = instance.current.iter().any(|object| object.dependencies.iter().any(|block| going.contains(block)));
            pending.push(self.leftover(address, instance, uses));
        }
        while let Some(ended) = pending.next().await {
            if let Err(diagnostics) = ended {
                self.say(diagnostics);
            }
        }
    }

    /// The blocks whose objects are to be destroyed by name: what depends on them can't stay either.
    fn targeted_blocks(&self) -> HashSet<ResourceBlock> {
        if self.options.mode != Mode::Destroy || self.options.targets.is_empty() {
            return HashSet::new();
        }
        let targeted = self.before.iter().filter(|(address, _)| self.includes_leftover(address, false));
        targeted.map(|(address, _)| address.block()).collect()
    }

    /// Plans what becomes of an address of the state. `uses` says whether it depends on something that is destroyed by name.
    async fn leftover(&self, address: ResourceInstance, instance: &Instance, uses: bool) -> Result<(), Diagnostics> {
        let visited = self.found().planned.contains(&address.block());
        if !uses && !self.includes_leftover(&address, visited) {
            return Ok(());
        }
        let fate = if self.options.mode == Mode::Destroy { Fate::Goes(None) } else { self.fate(&address) };
        if let Some(object) = &instance.current {
            match fate {
                Fate::Stays => {}
                Fate::Goes(reason) => self.destroy(&address, None, object, Action::Delete, reason).await?,
                Fate::Forgotten => {
                    let reason = Some(Reason::DeleteBecauseNoResourceConfig);
                    self.destroy(&address, None, object, Action::Forget, reason).await?;
                }
            }
        }
        let unknown_yet = self.config().resource(&address).is_some() && !visited && self.options.mode == Mode::Normal;
        for (key, object) in instance.deposed.iter().filter(|_| !unknown_yet) {
            self.destroy(&address, Some(key), object, Action::Delete, None).await?;
        }
        Ok(())
    }

    /// What is to become of an object of the state.
    fn fate(&self, address: &ResourceInstance) -> Fate {
        let Some(config) = self.config().resource(address) else { return self.without_block(address) };
        if !self.found().planned.contains(&address.block()) {
            return Fate::Stays;
        }
        let Some(repetition) = self.world.repetition(&address.module, &address.resource) else {
            return Fate::Goes(Some(Reason::DeleteBecauseNoModule));
        };
        if repetition.contains(&address.key) {
            return Fate::Stays;
        }
        Fate::Goes(Some(match (&config.repeat, &address.key) {
            (Repeat::Count(_), InstanceKey::Index(_)) => Reason::DeleteBecauseCountIndex,
            (Repeat::ForEach(_), InstanceKey::Key(_)) => Reason::DeleteBecauseEachKey,
            _ => Reason::DeleteBecauseWrongRepetition,
        }))
    }

    fn without_block(&self, address: &ResourceInstance) -> Fate {
        let removed = self.config().modules.values().flat_map(|module| module.removed.iter().map(move |removed| (module, removed)));
        for (module, removed) in removed {
            let path = &module.path.0;
            let named = match &removed.from {
                Target::Module(inner) => {
                    let mut full = module.path.clone();
                    full.0.extend(inner.path().0);
                    lies_in(&address.module, &full)
                }
                Target::Resource(object) => {
                    let full: Vec<_> = path.iter().cloned().chain(object.module.path().0).collect();
                    address.module.path().0 == full && address.resource == object.resource
                }
            };
            if named {
                return if removed.destroy { Fate::Goes(Some(Reason::DeleteBecauseNoResourceConfig)) } else { Fate::Forgotten };
            }
        }
        let has_module = self.config().modules.contains_key(&address.module.path());
        let moved_here = self.moves.previous(address).is_some();
        Fate::Goes(Some(match (has_module, moved_here) {
            (_, true) => Reason::DeleteBecauseNoMoveTarget,
            (true, false) => Reason::DeleteBecauseNoResourceConfig,
            (false, false) => Reason::DeleteBecauseNoModule,
        }))
    }

    async fn destroy(
        &self,
        address: &ResourceInstance,
        deposed: Option<&str>,
        object: &Object,
        action: Action,
        reason: Option<Reason>,
    ) -> Result<(), Diagnostics> {
        let stored = self.before.resources.get(&address.without_key()).map(|resource| resource.provider.clone()).unwrap_or_default();
        let provider: ProviderAddress = stored.parse().map_err(|error: crate::ProviderAddressError| {
            vec![Diagnostic::error("State can't be read", format!("{address}: {error}.")).for_object(address)]
        })?;
        // Its configuration failed, which has been told.
        if self.providers().running(&provider).is_none() {
            return Err(Vec::new());
        }
        let (Some(ty), Some(resource)) =
            (self.providers().object_type(&provider.source, &address.resource), self.providers().resource(&provider, &address.resource.ty))
        else {
            let detail = format!("The state holds it, and the provider {} has no such type.", provider.source);
            return Err(vec![Diagnostic::error(format!("Unknown resource type {}", address.resource.ty), detail).for_object(address)]);
        };
        let prior = self.stored(address, &*resource, ty, object).await?;
        let prior = match action {
            Action::Forget => Some(prior),
            _ => self.refreshed(address, deposed, &*resource, ty, prior).await?,
        };
        let Some(prior) = prior else {
            let mut found = self.found();
            match deposed {
                Some(key) => drop(found.prior.remove_deposed(address, key)),
                None => drop(found.prior.remove_current(address)),
            }
            return Ok(());
        };
        let mut found = self.found();
        match deposed {
            Some(key) => found.prior.set_deposed(address, key, &stored, prior.object.clone()),
            None => found.prior.set_current(address, &stored, prior.object.clone()),
        }
        if self.is_refresh_only() {
            return Ok(());
        }
        let change = ResourceChange {
            address: address.clone(),
            previous: self.moves.previous(address).cloned(),
            deposed: deposed.map(ToOwned::to_owned),
            provider: stored,
            action,
            reason,
            before: prior.value,
            after: Value::Null,
            before_sensitive: prior.sensitive,
            after_sensitive: Vec::new(),
            replace_paths: Vec::new(),
            private: prior.object.private,
            importing: None,
            dependencies: prior.object.dependencies,
            create_before_destroy: prior.object.create_before_destroy,
        };
        if action == Action::Delete
            && deposed.is_none()
            && let Some(config) = self.config().resource(address)
            && config.lifecycle.prevent_destroy
        {
            drop(found);
            return Err(vec![prevented(config, address, &change)]);
        }
        match deposed {
            Some(_) => found.deposed.push(change),
            None => drop(found.changes.insert(address.clone(), change)),
        }
        Ok(())
    }

    /// A data source that nothing asks for is no longer kept, and that is no change.
    fn forget_data(&self, address: &ResourceInstance) {
        let gone = self.options.mode == Mode::Destroy
            || self.config().resource(address).is_none()
            || (self.found().planned.contains(&address.block())
                && self.world.repetition(&address.module, &address.resource).is_none_or(|repetition| !repetition.contains(&address.key)));
        if gone && self.includes_leftover(address, true) {
            self.found().prior.remove_current(address);
        }
    }
}
