//! What becomes of the root module's outputs.

use std::sync::Arc;

use hotswap_lang::{Marks, Val};
use hotswap_state::Output;
use hotswap_value::address::{ModuleInstance, ModulePath};

use super::Planner;
use crate::{Action, Node, OutputChange};

impl Planner<'_> {
    /// Compares the outputs with those of the state.
    pub(super) fn outputs(&self) {
        let mut changes = Vec::new();
        let targeted = (!self.options.targets.is_empty()).then(|| self.nodes());
        for (name, output) in &self.config().root().outputs {
            let node = Node::Output(ModulePath::root(), name.clone());
            if targeted.as_ref().is_some_and(|nodes| !nodes.contains(&node)) {
                continue;
            }
            if output.ephemeral {
                continue;
            }
            // One that failed, or that needs something that did.
            let Some(after) = self.world.output(&ModuleInstance::root(), name) else { continue };
            let stored = self.before.outputs.get(&**name);
            let before = stored.map_or_else(Val::null, value_of);
            let was_sensitive = stored.is_some_and(|stored| stored.sensitive);
            let unmarked = after.clone().unmarked(&mut Marks::default());
            let action = match (stored, after.is_null()) {
                (None, true) => Action::NoOp,
                (None, false) => Action::Create,
                (Some(_), true) => Action::Delete,
                (Some(stored), false) => {
                    let same = was_sensitive == output.sensitive
                        && unmarked.is_wholly_known()
                        && crate::schema_value::typed(&unmarked).ty == stored.ty
                        && crate::schema_value::typed(&unmarked).value == stored.value;
                    if same { Action::NoOp } else { Action::Update }
                }
            };
            let change =
                OutputChange { action, before: before.marked(Marks::of(was_sensitive, false)), after, sensitive: output.sensitive };
            changes.push((name.clone(), change));
        }
        let mut found = self.found();
        for (name, stored) in &self.before.outputs {
            if !self.config().root().outputs.contains_key(name.as_str()) && self.options.targets.is_empty() {
                changes.push((name.as_str().into(), gone(stored)));
            }
        }
        found.outputs.extend(changes);
    }

    /// Where everything is destroyed, so are the outputs.
    pub(super) fn outputs_destroyed(&self) {
        if !self.options.targets.is_empty() {
            return;
        }
        let gone = self.before.outputs.iter().map(|(name, stored)| (Arc::from(name.as_str()), gone(stored)));
        self.found().outputs.extend(gone);
    }
}

fn gone(stored: &Output) -> OutputChange {
    let before = value_of(stored).marked(Marks::of(stored.sensitive, false));
    OutputChange { action: Action::Delete, before, after: Val::null(), sensitive: stored.sensitive }
}

fn value_of(stored: &Output) -> Val {
    Val::new(&stored.value, &stored.ty)
}
