//! What `state list`, `state rm` and `state mv` do to a state in memory. Files, locks and words for people are not here.

use std::{cmp::Ordering, collections::BTreeSet};

use hotswap_value::address::{InstanceKey, ModuleInstance, ResourceBlock, ResourceInstance, ResourceMode, Target};

use crate::State;

/// Why nothing was listed, removed or moved. The state is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SurgeryError {
    /// Nothing in the state has the address.
    #[error("the state has nothing at {target}")]
    NoMatch {
        /// What was named.
        target: Target,
        /// What the state has that the address may mean: instances of the same module or resource.
        instances: Vec<Target>,
    },
    /// The place is taken.
    #[error("cannot move to {to}: the state has something there already")]
    Taken {
        /// Where it was to go.
        to: Target,
    },
    /// A module can become only a module, a resource a resource, one object one object.
    #[error("cannot move {from} to {to}: {} can be moved only to another", from_kind)]
    OtherKind {
        /// What was to be moved.
        from: Target,
        /// Where to.
        to: Target,
        /// What `from` is: `a module`, `a resource with several objects`.
        from_kind: &'static str,
    },
    /// An object can't become one of another type.
    #[error("cannot move {from} to {to}: they are of different types")]
    OtherType {
        /// What was to be moved.
        from: Target,
        /// Where to.
        to: Target,
    },
}

impl SurgeryError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoMatch { instances, .. } if instances.is_empty() => Some("`state list` shows what there is".to_owned()),
            Self::NoMatch { instances, .. } => {
                let all: Vec<_> = instances.iter().map(ToString::to_string).collect();
                Some(format!("there is {}", all.join(", ")))
            }
            Self::Taken { .. } => Some("move or remove what is there first".to_owned()),
            Self::OtherKind { .. } | Self::OtherType { .. } => None,
        }
    }
}

/// Something that was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Where it was.
    pub from: Target,
    /// Where it is.
    pub to: Target,
}

impl State {
    /// The addresses of the objects named by any of the targets, or of all if there is no target, in Terraform's order: outer
    /// modules before inner ones, data before resources. A target that names nothing is an error.
    pub fn list(&self, targets: &[Target]) -> Result<Vec<ResourceInstance>, SurgeryError> {
        let all: Vec<ResourceInstance> = self.iter().map(|(address, _)| address).collect();
        for target in targets {
            if !all.iter().any(|address| target.contains(address)) {
                return Err(SurgeryError::NoMatch { target: target.clone(), instances: Vec::new() });
            }
        }
        let named = |address: &ResourceInstance| targets.is_empty() || targets.iter().any(|target| target.contains(address));
        let mut named: Vec<_> = all.into_iter().filter(named).collect();
        named.sort_by(|a, b| {
            let is_managed = |address: &ResourceInstance| address.resource.mode == ResourceMode::Managed;
            let modules = outer_first(&a.module, &b.module);
            modules.then_with(|| (is_managed(a), &a.resource, &a.key).cmp(&(is_managed(b), &b.resource, &b.key)))
        });
        Ok(named)
    }

    /// Forgets every object named by any of the targets, deposed ones too, and tells which. The objects themselves stay.
    pub fn remove_all(&mut self, targets: &[Target]) -> Result<Vec<ResourceInstance>, SurgeryError> {
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let named = self.list(targets)?;
        for address in &named {
            self.remove(address);
        }
        Ok(named)
    }

    /// Gives a module instance with all below it, a resource with all its objects, or one object, another address.
    ///
    /// An address of a resource without a key is the object without a key if there is one, else the resource. Objects that
    /// depend on what was moved lose all their dependencies, as in Terraform: the next refresh finds them again.
    pub fn move_to(&mut self, from: &Target, to: &Target) -> Result<Vec<Moved>, SurgeryError> {
        let moved = self.change_address(from, to)?;
        let instances = self.resources.values_mut().flat_map(|resource| resource.instances.values_mut());
        for object in instances.filter_map(|instance| instance.current.as_mut()) {
            if object.dependencies.iter().any(|block| is_of(block, from)) {
                object.dependencies.clear();
            }
        }
        Ok(moved)
    }

    fn change_address(&mut self, from: &Target, to: &Target) -> Result<Vec<Moved>, SurgeryError> {
        match (from, to) {
            (Target::Module(from), Target::Module(to)) => self.move_module(from, to),
            (Target::Resource(from), Target::Resource(to)) => {
                let moved = Moved { from: Target::Resource(from.clone()), to: Target::Resource(to.clone()) };
                if self.get(from).is_some() {
                    self.move_instance(from, to)?;
                } else if from.key == InstanceKey::None && self.resources.contains_key(from) {
                    self.move_resource(from, to)?;
                } else {
                    return Err(self.no_match(moved.from));
                }
                Ok(vec![moved])
            }
            (from, to) => {
                if !self.iter().any(|(address, _)| from.contains(&address)) {
                    return Err(self.no_match(from.clone()));
                }
                let from_kind = if matches!(from, Target::Module(_)) { "a module" } else { "a resource" };
                Err(SurgeryError::OtherKind { from: from.clone(), to: to.clone(), from_kind })
            }
        }
    }

    fn move_instance(&mut self, from: &ResourceInstance, to: &ResourceInstance) -> Result<(), SurgeryError> {
        self.check_type(from, to)?;
        if self.get(to).is_some() {
            return Err(SurgeryError::Taken { to: Target::Resource(to.clone()) });
        }
        let provider = self.resources.get(&from.without_key()).map(|resource| resource.provider.clone()).unwrap_or_default();
        if let Some(instance) = self.remove(from) {
            let resource = self.resources.entry(to.without_key()).or_default();
            // A resource that is there already keeps its provider.
            if resource.provider.is_empty() {
                resource.provider = provider;
            }
            resource.instances.insert(to.key.clone(), instance);
        }
        Ok(())
    }

    fn move_resource(&mut self, from: &ResourceInstance, to: &ResourceInstance) -> Result<(), SurgeryError> {
        self.check_type(from, to)?;
        if to.key != InstanceKey::None {
            let (from, to) = (Target::Resource(from.clone()), Target::Resource(to.clone()));
            return Err(SurgeryError::OtherKind { from, to, from_kind: "a resource with several objects" });
        }
        if self.resources.contains_key(to) {
            return Err(SurgeryError::Taken { to: Target::Resource(to.clone()) });
        }
        if let Some(resource) = self.resources.remove(from) {
            self.resources.insert(to.clone(), resource);
        }
        Ok(())
    }

    fn check_type(&self, from: &ResourceInstance, to: &ResourceInstance) -> Result<(), SurgeryError> {
        if (from.resource.mode, &from.resource.ty) == (to.resource.mode, &to.resource.ty) {
            return Ok(());
        }
        Err(SurgeryError::OtherType { from: Target::Resource(from.clone()), to: Target::Resource(to.clone()) })
    }

    fn move_module(&mut self, from: &ModuleInstance, to: &ModuleInstance) -> Result<Vec<Moved>, SurgeryError> {
        let inside = |address: &ResourceInstance| address.module.0.starts_with(&from.0);
        let moving: Vec<_> = self.resources.keys().filter(|address| inside(address)).cloned().collect();
        if moving.is_empty() {
            return Err(self.no_match(Target::Module(from.clone())));
        }
        let moved = |module: &ModuleInstance| ModuleInstance([&to.0[..], &module.0[from.0.len()..]].concat());
        let destinations: BTreeSet<_> = moving.iter().map(|address| moved(&address.module)).collect();
        let is_taken = |module: &ModuleInstance| self.resources.keys().any(|address| address.module == *module);
        if let Some(taken) = std::iter::once(to).chain(&destinations).find(|module| is_taken(module)) {
            return Err(SurgeryError::Taken { to: Target::Module(taken.clone()) });
        }
        let mut modules: Vec<_> = moving.iter().map(|address| address.module.clone()).collect();
        modules.sort_by(outer_first);
        modules.dedup();
        for address in moving {
            if let Some(resource) = self.resources.remove(&address) {
                let module = moved(&address.module);
                self.resources.insert(ResourceInstance { module, ..address }, resource);
            }
        }
        let told = modules.into_iter().map(|module| Moved { to: Target::Module(moved(&module)), from: Target::Module(module) });
        Ok(told.collect())
    }

    /// That nothing has this address, with the instances it may stand for.
    fn no_match(&self, target: Target) -> SurgeryError {
        let instances: BTreeSet<Target> = match &target {
            Target::Resource(_) => BTreeSet::new(),
            Target::Module(module) => {
                let depth = module.0.len();
                let within = self.resources.keys().filter(|address| target.contains(address));
                within
                    .filter_map(|address| address.module.0.get(..depth))
                    .map(|steps| Target::Module(ModuleInstance(steps.to_vec())))
                    .collect()
            }
        };
        SurgeryError::NoMatch { target, instances: instances.into_iter().collect() }
    }
}

/// Outer modules before inner ones.
fn outer_first(a: &ModuleInstance, b: &ModuleInstance) -> Ordering {
    a.0.len().cmp(&b.0.len()).then_with(|| a.cmp(b))
}

/// Whether the block is what was named, of any instance. Blocks in a module instance with a key are not taken for its own.
fn is_of(block: &ResourceBlock, from: &Target) -> bool {
    match from {
        Target::Resource(from) => from.block() == *block,
        Target::Module(from) => from.0.iter().all(|(_, key)| *key == InstanceKey::None) && block.module.0.starts_with(&from.path().0),
    }
}
