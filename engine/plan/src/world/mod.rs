//! The values known so far, module instance by module instance: what expressions see while planning and while applying.
//!
//! Who walks the graph puts in what becomes known ([`World::set_object`], [`World::evaluate`]) and evaluates blocks against it
//! ([`World::object_config`]). A block is never evaluated before what it refers to; a value that isn't there yet is unknown.

mod config_value;
mod declared;
mod group;
mod nodes;
mod repetition;
mod scope;
mod stored;

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{Arc, RwLock},
};

use hotswap_lang::{
    Diagnostic, Diagnostics, Marks, Moment, Val,
    config::{Config, Module},
};
use hotswap_value::{
    AttributePath, Value,
    address::{InstanceKey, ModuleInstance, ModulePath, ResourceBlock, ResourceInstance, ResourceMode, ResourceName},
};

pub use self::{
    config_value::ConfigValue,
    repetition::{InstanceData, Repetition},
    scope::ModuleScope,
};
pub(crate) use self::{declared::undeclared, group::Group, repetition::for_each};
use crate::{
    lock::{read, write},
    providers::Providers,
};

/// What values are evaluated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To find faults: nothing is known but constants, and each block is evaluated once, whatever its `count`.
    Validate,
    /// To plan.
    Plan,
    /// To apply.
    Apply,
}

/// Where and when values are evaluated.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What for.
    pub purpose: Purpose,
    /// Where the command runs.
    pub folder: PathBuf,
    /// `terraform.workspace`
    pub workspace: Arc<str>,
    /// When.
    pub moment: Moment,
}

/// The values known so far.
pub struct World<'a> {
    config: &'a Config,
    providers: &'a Providers,
    settings: Settings,
    /// The root module's variables as they were given, converted.
    variables: BTreeMap<Arc<str>, Val>,
    modules: RwLock<BTreeMap<ModulePath, Vec<Arc<Frame<'a>>>>>,
}

/// What is known in one module instance.
pub(crate) struct Frame<'a> {
    address: ModuleInstance,
    module: &'a Module,
    variables: RwLock<HashMap<Arc<str>, Val>>,
    locals: RwLock<HashMap<Arc<str>, Val>>,
    outputs: RwLock<HashMap<Arc<str>, Val>>,
    resources: RwLock<HashMap<ResourceName, Arc<Group>>>,
    calls: RwLock<HashMap<Arc<str>, Arc<Called<'a>>>>,
}

/// The instances of a module call.
struct Called<'a> {
    repetition: Repetition,
    frames: BTreeMap<InstanceKey, Arc<Frame<'a>>>,
    /// What the call's name stands for, as of so many outputs evaluated.
    whole: RwLock<Option<(usize, Val)>>,
}

impl<'a> World<'a> {
    /// Nothing is known yet but the root module's variables: one value for each that is declared, of its type.
    pub fn new(config: &'a Config, providers: &'a Providers, variables: BTreeMap<Arc<str>, Val>, settings: Settings) -> Self {
        let root = Arc::new(Frame::new(ModuleInstance::root(), config.root()));
        let modules = RwLock::new(BTreeMap::from([(ModulePath::root(), vec![root])]));
        Self { config, providers, settings, variables, modules }
    }

    /// The configuration.
    pub fn config(&self) -> &'a Config {
        self.config
    }

    /// The providers.
    pub fn providers(&self) -> &'a Providers {
        self.providers
    }

    /// What values are evaluated for.
    pub fn purpose(&self) -> Purpose {
        self.settings.purpose
    }

    /// The instances of a module. None before its call was evaluated.
    pub fn module_instances(&self, path: &ModulePath) -> Vec<ModuleInstance> {
        self.frames(path).iter().map(|frame| frame.address.clone()).collect()
    }

    /// What expressions in a module instance see; `None` if there is no such instance.
    pub fn scope(&self, module: &ModuleInstance) -> Option<ModuleScope<'_, 'a>> {
        Some(ModuleScope::new(self, self.frame(module)?))
    }

    /// What expressions in the block of an object see: those of its module, and its `each` and `count`. `None` if its module or its
    /// block isn't there, or was not expanded yet.
    pub fn object_scope(&self, object: &ResourceInstance) -> Option<ModuleScope<'_, 'a>> {
        let frame = self.frame(&object.module)?;
        let data = frame.group(&object.resource)?.repetition.data(&object.key);
        Some(ModuleScope::new(self, frame).with_instance(data))
    }

    /// How many objects a block stands for in a module instance; `None` before [`World::set_repetition`].
    pub fn repetition(&self, module: &ModuleInstance, resource: &ResourceName) -> Option<Repetition> {
        Some(self.frame(module)?.group(resource)?.repetition.clone())
    }

    /// Evaluates `count` or `for_each` of a block in every instance of its module, once for all its objects, and tells their addresses.
    /// `None` if there are errors; they are in `diagnostics`.
    pub fn expand(&self, block: &ResourceBlock, diagnostics: &mut Diagnostics) -> Option<Vec<ResourceInstance>> {
        let config = self.config.modules.get(&block.module)?.resources.get(&block.resource)?;
        let before = diagnostics.len();
        let mut objects = Vec::new();
        for module in self.module_instances(&block.module) {
            let Some(scope) = self.scope(&module) else { continue };
            let repetition = match self.settings.purpose {
                Purpose::Validate => Some(Repetition::validate(&config.repeat, &scope, diagnostics)),
                _ => Repetition::evaluate(&config.repeat, &scope, diagnostics),
            };
            let Some(repetition) = repetition else { continue };
            let keys = repetition.keys();
            objects.extend(keys.into_iter().map(|key| ResourceInstance { module: module.clone(), resource: block.resource.clone(), key }));
            self.set_repetition(&module, &block.resource, repetition);
        }
        let found = &mut diagnostics[before..];
        found.iter_mut().for_each(|diagnostic| diagnostic.context = diagnostic.context.or(Some(config.header)));
        (!found.iter().any(Diagnostic::is_error)).then_some(objects)
    }

    /// Says how many objects a block stands for in a module instance. What was known of them is forgotten.
    pub fn set_repetition(&self, module: &ModuleInstance, resource: &ResourceName, repetition: Repetition) {
        let source = self.provider_of(&module.path(), resource);
        let Some(ty) = source.and_then(|address| self.providers.object_type(&address.source, resource).cloned()) else { return };
        let marks = Marks::of(false, resource.mode == ResourceMode::Ephemeral);
        if let Some(frame) = self.frame(module) {
            write(&frame.resources).insert(resource.clone(), Arc::new(Group::new(repetition, ty, marks)));
        }
    }

    /// Says what an object is. `sensitive` names what of it is hidden, what the schema hides included. Nothing happens if its block
    /// was not expanded.
    pub fn set_object(&self, object: &ResourceInstance, value: Value, sensitive: Vec<AttributePath>) {
        if let Some(group) = self.frame(&object.module).and_then(|frame| frame.group(&object.resource)) {
            group.set(object.key.clone(), value, sensitive);
        }
    }

    /// What an object is, if that was said.
    pub fn object(&self, object: &ResourceInstance) -> Option<Value> {
        self.frame(&object.module)?.group(&object.resource)?.value(&object.key)
    }

    /// What expressions see of an object; unknown if nothing was said of it.
    pub fn object_value(&self, object: &ResourceInstance) -> Option<Val> {
        Some(self.frame(&object.module)?.group(&object.resource)?.object(&object.key))
    }

    /// The value of an output of a module instance, if it was evaluated.
    pub fn output(&self, module: &ModuleInstance, name: &str) -> Option<Val> {
        read(&self.frame(module)?.outputs).get(name).cloned()
    }

    pub(crate) fn frames(&self, path: &ModulePath) -> Vec<Arc<Frame<'a>>> {
        read(&self.modules).get(path).cloned().unwrap_or_default()
    }

    /// Found by following the calls from the root.
    pub(crate) fn frame(&self, module: &ModuleInstance) -> Option<Arc<Frame<'a>>> {
        let mut frame = read(&self.modules).get(&ModulePath::root())?.first()?.clone();
        for (call, key) in &module.0 {
            let called = read(&frame.calls).get(call)?.clone();
            frame = called.frames.get(key)?.clone();
        }
        Some(frame)
    }

    /// The configuration of a provider that serves a block; `None` if there is no such block.
    pub fn provider_of(&self, module: &ModulePath, resource: &ResourceName) -> Option<crate::ProviderAddress> {
        let block = self.config.modules.get(module)?.resources.get(resource)?;
        Some(crate::providers::configuration_of(self.config, module, &block.provider))
    }
}

impl<'a> Frame<'a> {
    fn new(address: ModuleInstance, module: &'a Module) -> Self {
        Self {
            address,
            module,
            variables: RwLock::default(),
            locals: RwLock::default(),
            outputs: RwLock::default(),
            resources: RwLock::default(),
            calls: RwLock::default(),
        }
    }

    pub(crate) fn group(&self, resource: &ResourceName) -> Option<Arc<Group>> {
        read(&self.resources).get(resource).cloned()
    }
}
