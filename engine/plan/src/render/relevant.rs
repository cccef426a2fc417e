//! Which attributes of which objects what is planned is made of: changes of theirs that were made elsewhere matter to the reader.

use std::collections::{BTreeMap, BTreeSet};

use hotswap_lang::{
    Subject,
    ast::{Body, Expr},
    config::{Config, Module, Repeat},
    evaluate::{Reference, references},
};
use hotswap_value::{
    AttributePath, Step,
    address::{InstanceKey, ModuleInstance, ResourceInstance, ResourceName},
};

use crate::{Action, Mode, Plan};

/// Attributes by object. An object without key stands for all of its block.
#[derive(Debug, Default)]
pub(super) struct Relevant(BTreeMap<ResourceInstance, Vec<AttributePath>>);

impl Relevant {
    /// The attributes of an object that matter.
    pub(super) fn of(&self, object: &ResourceInstance) -> &[AttributePath] {
        // Where the whole block matters it is named with the path of everything.
        let all = self.0.get(&object.without_key()).filter(|paths| paths.iter().any(AttributePath::is_root));
        all.or_else(|| self.0.get(object)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every one, in the order of addresses.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&ResourceInstance, &AttributePath)> {
        self.0.iter().flat_map(|(object, paths)| paths.iter().map(move |path| (object, path)))
    }
}

/// Follows what changes back to the objects it is made of, through locals, variables and outputs of modules.
pub(super) fn attributes(plan: &Plan, config: &Config) -> Relevant {
    let mut walk = Walk { config, instances: module_instances(plan), seen: BTreeSet::new(), todo: Vec::new(), found: BTreeMap::new() };
    for change in plan.changes.iter().filter(|change| change.action != Action::NoOp) {
        if let Some(resource) = config.resource(&change.address) {
            walk.body(&change.address.module, &resource.body, &resource.repeat);
            walk.repeat(&change.address.module, &resource.repeat);
        }
    }
    for (name, _) in plan.outputs.iter().filter(|(_, change)| change.action != Action::NoOp) {
        walk.output(&ModuleInstance::root(), name);
    }
    // What the outputs of modules were before is nowhere recorded: all of them count as new.
    if plan.mode != Mode::Destroy {
        for module in walk.instances.clone() {
            walk.outputs(&module);
        }
    }
    walk.finish()
}

/// The instances of modules that have objects, without the root module.
fn module_instances(plan: &Plan) -> BTreeSet<ModuleInstance> {
    let planned = plan.changes.iter().map(|change| &change.address.module);
    let there = plan.prior.resources.keys().map(|address| &address.module);
    let mut instances = BTreeSet::new();
    for module in planned.chain(there) {
        let mut module = Some(module.clone());
        while let Some(inner) = module.filter(|module| !module.is_root()) {
            module = inner.parent();
            instances.insert(inner);
        }
    }
    instances
}

struct Walk<'a> {
    config: &'a Config,
    instances: BTreeSet<ModuleInstance>,
    seen: BTreeSet<(ModuleInstance, Subject, Vec<Step>)>,
    todo: Vec<(ModuleInstance, Reference)>,
    found: BTreeMap<ResourceInstance, BTreeSet<AttributePath>>,
}

impl<'a> Walk<'a> {
    fn module(&self, module: &ModuleInstance) -> Option<&'a Module> {
        self.config.modules.get(&module.path())
    }

    fn finish(mut self) -> Relevant {
        while let Some((module, reference)) = self.todo.pop() {
            if self.seen.insert((module.clone(), reference.subject.clone(), reference.steps.clone())) {
                self.follow(&module, reference.subject, &reference.steps);
            }
        }
        Relevant(self.found.into_iter().map(|(object, paths)| (object, paths.into_iter().collect())).collect())
    }

    fn expr(&mut self, module: &ModuleInstance, expr: &Expr, within: &Repeat) {
        for reference in references(expr, &mut Vec::new()) {
            if matches!(reference.subject, Subject::EachKey | Subject::EachValue | Subject::CountIndex) {
                self.repeat(module, within);
            } else {
                self.todo.push((module.clone(), reference));
            }
        }
    }

    fn body(&mut self, module: &ModuleInstance, body: &Body, within: &Repeat) {
        body.attributes.iter().for_each(|attribute| self.expr(module, &attribute.value, within));
        body.blocks.iter().for_each(|block| self.body(module, &block.body, within));
    }

    fn repeat(&mut self, module: &ModuleInstance, repeat: &Repeat) {
        match repeat {
            Repeat::Once => {}
            Repeat::Count(expr) | Repeat::ForEach(expr) => self.expr(module, expr, &Repeat::Once),
        }
    }

    fn output(&mut self, module: &ModuleInstance, name: &str) {
        if let Some(output) = self.module(module).and_then(|module| module.outputs.get(name)) {
            self.expr(module, &output.value, &Repeat::Once);
        }
    }

    fn outputs(&mut self, module: &ModuleInstance) {
        let names = self.module(module).map(|module| module.outputs.keys().cloned().collect::<Vec<_>>());
        names.into_iter().flatten().for_each(|name| self.output(module, &name));
    }

    fn follow(&mut self, module: &ModuleInstance, subject: Subject, steps: &[Step]) {
        let Some(here) = self.module(module) else { return };
        match subject {
            Subject::Resource(name) => self.resource(module, here, &name, steps),
            Subject::Local(name) => {
                if let Some(local) = here.locals.get(&name) {
                    self.expr(module, &local.value, &Repeat::Once);
                }
            }
            Subject::Variable(name) => {
                let Some((call, _)) = module.0.last() else { return };
                let Some(outer) = module.parent() else { return };
                let call = self.module(&outer).and_then(|outer| outer.calls.get(call));
                if let Some((call, argument)) = call.and_then(|call| Some((call, call.arguments.get(&name)?))) {
                    self.expr(&outer, &argument.value, &call.repeat);
                }
            }
            Subject::Module(call) => {
                let (key, steps) = key(here.calls.get(&call).map(|call| &call.repeat), steps);
                let named = match key {
                    Some(key) => vec![module.child(&call, key)],
                    None => {
                        let of_call = |inner: &&ModuleInstance| {
                            inner.parent().as_ref() == Some(module) && inner.0.last().is_some_and(|(name, _)| *name == call)
                        };
                        self.instances.iter().filter(of_call).cloned().collect()
                    }
                };
                for inner in named {
                    match steps.first() {
                        Some(Step::Attribute(name) | Step::Key(name)) => self.output(&inner, name),
                        _ => self.outputs(&inner),
                    }
                }
            }
            _ => {}
        }
    }

    fn resource(&mut self, module: &ModuleInstance, here: &Module, name: &ResourceName, steps: &[Step]) {
        let resource = here.resources.get(name);
        let (key, steps) = key(resource.map(|resource| &resource.repeat), steps);
        let (key, steps) = match key {
            Some(key) => (key, steps),
            None => (InstanceKey::None, &[][..]),
        };
        let object = ResourceInstance { module: module.clone(), resource: name.clone(), key };
        self.found.entry(object).or_default().insert(steps.iter().cloned().collect());
        let Some(resource) = resource else { return };
        match steps.first() {
            None => self.body(module, &resource.body, &resource.repeat),
            Some(Step::Attribute(name) | Step::Key(name)) => {
                // What the configuration doesn't set, nothing in the configuration has a part in.
                if let Some(attribute) = resource.body.attribute(name) {
                    self.expr(module, &attribute.value, &resource.repeat);
                }
                resource.body.blocks_of(name).for_each(|block| self.body(module, &block.body, &resource.repeat));
            }
            Some(Step::Index(_)) => {}
        }
    }
}

/// Which instance the first step names, and the steps after it; `None` where that is not known.
fn key<'s>(repeat: Option<&Repeat>, steps: &'s [Step]) -> (Option<InstanceKey>, &'s [Step]) {
    match (repeat, steps.split_first()) {
        (None | Some(Repeat::Once), _) => (Some(InstanceKey::None), steps),
        (_, Some((Step::Index(index), rest))) => (Some(InstanceKey::Index(*index as u64)), rest),
        (_, Some((Step::Key(key) | Step::Attribute(key), rest))) => (Some(InstanceKey::Key(key.as_str().into())), rest),
        (_, None) => (None, steps),
    }
}
