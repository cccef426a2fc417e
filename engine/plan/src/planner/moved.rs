//! `moved` blocks, and the moves that go without saying when `count` comes or goes.

use std::collections::{BTreeMap, BTreeSet};

use hotswap_lang::{
    Diagnostic, Diagnostics, Range,
    config::{Config, Moved, Repeat},
};
use hotswap_sdk::moved::can_become;
use hotswap_state::State;
use hotswap_value::address::{InstanceKey, ModuleInstance, ModulePath, ResourceInstance, Target};

use crate::{ProviderAddress, Providers, providers::configuration_of};

/// Where objects were before.
#[derive(Debug, Default)]
pub(super) struct Moves(BTreeMap<ResourceInstance, ResourceInstance>);

impl Moves {
    /// What an object was called in the state, if it was moved.
    pub(super) fn previous(&self, object: &ResourceInstance) -> Option<&ResourceInstance> {
        self.0.get(object)
    }
}

/// A `moved` block and the module it is in.
struct Statement<'a> {
    module: &'a ModulePath,
    moved: &'a Moved,
}

/// Makes the moves of the configuration in a state.
pub(super) fn apply(config: &Config, state: &mut State, targets: &[Target], diagnostics: &mut Diagnostics) -> Moves {
    let mut moves = Moves::default();
    let statements = statements(config, diagnostics);
    let mut blocked = Vec::new();
    for statement in ordered(statements, diagnostics) {
        if !is_sound(config, &statement, diagnostics) {
            continue;
        }
        let found: Vec<_> = state.iter().filter_map(|(address, _)| Some((statement.destination(&address)?, address))).collect();
        for (to, from) in found {
            if to == from {
                continue;
            }
            if state.get(&to).is_some() {
                blocked.push(format!("{from} to {to}"));
                continue;
            }
            relocate(state, &mut moves, from, to);
        }
    }
    implied(config, state, &mut moves);
    if !blocked.is_empty() {
        let detail = format!("There is an object already where each of these would go, so they stay: {}.", blocked.join(", "));
        diagnostics.push(Diagnostic::warning("Objects could not be moved", detail));
    }
    let excluded: Vec<String> = moves
        .0
        .iter()
        .filter(|(to, from)| !targets.is_empty() && !targets.iter().any(|target| target.contains(to) || target.contains(from)))
        .map(|(to, _)| format!("-target='{to}'"))
        .collect();
    if !excluded.is_empty() {
        let detail = format!("A plan can't leave out objects that are moved. Add {}, or plan without targets.", excluded.join(" "));
        diagnostics.push(Diagnostic::error("Moved objects are left out by the targets", detail));
    }
    moves
}

/// Hands objects of providers that aren't there to those that are, where moves lead all of a block's objects to a block of ours and
/// [`hotswap_sdk::moved`] has it: a fork's objects. What is left with its provider is told to need it.
pub(super) fn take_over(config: &Config, state: &mut State, providers: &Providers) {
    let foreign = |resource: &hotswap_state::Resource| {
        let address: Option<ProviderAddress> = resource.provider.parse().ok();
        address.filter(|address| providers.idle(&address.source).is_none())
    };
    if !state.resources.values().any(|resource| foreign(resource).is_some()) {
        return;
    }
    let moves = apply(config, &mut state.clone(), &[], &mut Vec::new());
    let led: BTreeMap<&ResourceInstance, &ResourceInstance> = moves.0.iter().map(|(to, from)| (from, to)).collect();
    for (address, resource) in &mut state.resources {
        let Some(theirs) = foreign(resource) else { continue };
        let ours = |key: &InstanceKey| {
            let to = led.get(&ResourceInstance { key: key.clone(), ..address.clone() })?;
            let block = config.resource(to)?;
            let fits = can_become(&theirs.source, &address.resource.ty, &to.resource.ty);
            fits.then(|| configuration_of(config, &to.module.path(), &block.provider))
        };
        let new: Option<Vec<ProviderAddress>> = resource.instances.keys().map(ours).collect();
        if let Some(new) = new.and_then(|new| new.into_iter().next()) {
            resource.provider = new.to_string();
        }
    }
}

impl Statement<'_> {
    /// Where an object goes by this statement; `None` if it is not about it.
    fn destination(&self, object: &ResourceInstance) -> Option<ResourceInstance> {
        let depth = self.module.0.len();
        let (outer, inner) = object.module.0.split_at_checked(depth)?;
        if !outer.iter().zip(&self.module.0).all(|((call, _), name)| call == name) {
            return None;
        }
        let within = |module: &ModuleInstance| ModuleInstance(outer.iter().cloned().chain(module.0.iter().cloned()).collect());
        match (&self.moved.from, &self.moved.to) {
            (Target::Resource(from), Target::Resource(to)) => {
                if from.module.0 != inner || from.resource != object.resource {
                    return None;
                }
                let whole = from.key == InstanceKey::None && to.key == InstanceKey::None;
                if !whole && from.key != object.key {
                    return None;
                }
                let key = if whole { object.key.clone() } else { to.key.clone() };
                Some(ResourceInstance { module: within(&to.module), resource: to.resource.clone(), key })
            }
            (Target::Module(from), Target::Module(to)) => {
                let (front, rest) = inner.split_at_checked(from.0.len())?;
                let (last, before) = from.0.split_last()?;
                let (at, at_before) = front.split_last()?;
                let (to_last, to_before) = to.0.split_last()?;
                let whole = last.1 == InstanceKey::None && to_last.1 == InstanceKey::None;
                if before != at_before || last.0 != at.0 || (!whole && last.1 != at.1) {
                    return None;
                }
                let key = if whole { at.1.clone() } else { to_last.1.clone() };
                let mut module: Vec<_> = outer.iter().chain(to_before).cloned().collect();
                module.push((to_last.0.clone(), key));
                module.extend_from_slice(rest);
                Some(ResourceInstance { module: ModuleInstance(module), ..object.clone() })
            }
            _ => None,
        }
    }

    fn path(&self, target: &Target) -> (ModulePath, Option<hotswap_value::address::ResourceName>) {
        let (module, resource) = match target {
            Target::Module(module) => (module.path(), None),
            Target::Resource(object) => (object.module.path(), Some(object.resource.clone())),
        };
        (ModulePath(self.module.0.iter().cloned().chain(module.0).collect()), resource)
    }

    /// Whether this statement goes on where the other ends.
    fn follows(&self, other: &Self) -> bool {
        let (from, from_resource) = self.path(&self.moved.from);
        let (to, to_resource) = other.path(&other.moved.to);
        match (from_resource, to_resource) {
            (Some(from_resource), Some(to_resource)) => {
                let key = |target: &Target| match target {
                    Target::Resource(object) => object.key.clone(),
                    Target::Module(_) => InstanceKey::None,
                };
                let (a, b) = (key(&self.moved.from), key(&other.moved.to));
                from == to && from_resource == to_resource && (a == b || a == InstanceKey::None || b == InstanceKey::None)
            }
            (Some(_), None) => from.0.starts_with(&to.0),
            (None, Some(_)) => to.0.starts_with(&from.0),
            (None, None) => from.0.starts_with(&to.0) || to.0.starts_with(&from.0),
        }
    }
}

fn statements<'a>(config: &'a Config, diagnostics: &mut Diagnostics) -> Vec<Statement<'a>> {
    let mut seen: BTreeMap<(ModulePath, &Target), (&Target, Range)> = BTreeMap::new();
    let mut statements = Vec::new();
    for module in config.modules.values() {
        for moved in &module.moved {
            if let Some((other, _)) = seen.insert((module.path.clone(), &moved.from), (&moved.to, moved.range))
                && *other != moved.to
            {
                let detail = format!("{} can't be moved both to {other} and to {}.", moved.from, moved.to);
                diagnostics.push(Diagnostic::error("Ambiguous moves", detail).at(moved.range));
            }
            statements.push(Statement { module: &module.path, moved });
        }
    }
    statements
}

/// The statements so that each comes after those it goes on from.
fn ordered<'a>(mut statements: Vec<Statement<'a>>, diagnostics: &mut Diagnostics) -> Vec<Statement<'a>> {
    let mut ordered = Vec::with_capacity(statements.len());
    while !statements.is_empty() {
        let free = (0..statements.len())
            .find(|&at| statements.iter().enumerate().all(|(other, statement)| other == at || !statements[at].follows(statement)));
        match free {
            Some(at) => ordered.push(statements.remove(at)),
            None => {
                let names: Vec<String> =
                    statements.iter().map(|statement| format!("{} to {}", statement.moved.from, statement.moved.to)).collect();
                let detail = format!("These moved blocks lead round in a circle: {}.", names.join(", "));
                diagnostics.push(Diagnostic::error("Cycle of moves", detail).at(statements[0].moved.range));
                break;
            }
        }
    }
    ordered
}

fn is_sound(config: &Config, statement: &Statement<'_>, diagnostics: &mut Diagnostics) -> bool {
    let Moved { from, to, range } = statement.moved;
    if let (Target::Resource(a), Target::Resource(b)) = (from, to) {
        if a.resource.ty != b.resource.ty || a.resource.mode != b.resource.mode {
            let detail = format!("{from} can't become {to}: objects can't be moved from one type to another.");
            diagnostics.push(Diagnostic::error("Move between types", detail).at(*range));
            return false;
        }
        let (path, _) = statement.path(from);
        let whole = a.key == InstanceKey::None && b.key == InstanceKey::None;
        let still_there = config.modules.get(&path).is_some_and(|module| module.resources.contains_key(&a.resource));
        if whole && still_there && from != to {
            let detail = format!("{from} is moved to {to}, and there still is a block for it. Take out that block, or the moved block.");
            diagnostics.push(Diagnostic::error("Moved object still exists", detail).at(*range));
            return false;
        }
    }
    true
}

fn relocate(state: &mut State, moves: &mut Moves, from: ResourceInstance, to: ResourceInstance) {
    let provider = state.resources.get(&from.without_key()).map(|resource| resource.provider.clone()).unwrap_or_default();
    let Some(instance) = state.remove(&from) else { return };
    let resource = state.resources.entry(to.without_key()).or_default();
    resource.provider = provider;
    resource.instances.insert(to.key.clone(), instance);
    let first = moves.0.remove(&from).unwrap_or(from);
    if first != to {
        moves.0.insert(to, first);
    }
}

/// `count` added to a block makes its one object the first, and taking it away the other way round.
fn implied(config: &Config, state: &mut State, moves: &mut Moves) {
    let mut mentioned: BTreeSet<ResourceInstance> = BTreeSet::new();
    for module in config.modules.values() {
        for moved in &module.moved {
            if let Target::Resource(from) = &moved.from {
                mentioned.insert(from.clone());
            }
        }
    }
    let groups: Vec<ResourceInstance> = state.resources.keys().cloned().collect();
    for group in groups {
        let Some(block) = config.resource(&group) else { continue };
        let (from, to) = match block.repeat {
            Repeat::Count(_) => (InstanceKey::None, InstanceKey::Index(0)),
            Repeat::Once => (InstanceKey::Index(0), InstanceKey::None),
            Repeat::ForEach(_) => continue,
        };
        let from = ResourceInstance { key: from, ..group.clone() };
        let to = ResourceInstance { key: to, ..group };
        if state.get(&from).is_some() && state.get(&to).is_none() && !mentioned.contains(&from) {
            relocate(state, moves, from, to);
        }
    }
}
