//! Whether a plan still fits the state it was made for.

use std::fmt;

use hotswap_state::State;

use crate::Plan;

/// The state is no longer what the plan was made for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    /// It is another state altogether.
    #[error("the plan was made for another state (lineage {planned}, not {now})")]
    OtherLineage {
        /// The lineage of the state it was made for.
        planned: String,
        /// That of the state there is.
        now: String,
    },
    /// The state was written since.
    #[error("the state was changed since the plan was made (serial {planned}, now {now}){}", Changed(changed))]
    Changed {
        /// The serial of the state it was made for.
        planned: u64,
        /// That of the state there is.
        now: u64,
        /// What is different, by address.
        changed: Vec<String>,
    },
}

/// So many addresses are named.
const NAMED: usize = 5;

struct Changed<'a>(&'a [String]);

impl fmt::Display for Changed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", self.0[..self.0.len().min(NAMED)].join(", "))?;
        if self.0.len() > NAMED {
            write!(f, " and {} more", self.0.len() - NAMED)?;
        }
        Ok(())
    }
}

/// Whether a state is still the one a plan was made for.
pub fn check_fresh(plan: &Plan, state: &State) -> Result<(), Stale> {
    let base = &plan.base;
    // A state that was never written gets its lineage with the first write, which then is another's.
    if base.lineage != state.lineage && !(base.serial == 0 && state.serial == 0 && base.is_empty() && state.is_empty()) {
        return Err(Stale::OtherLineage { planned: base.lineage.clone(), now: state.lineage.clone() });
    }
    let changed = differences(base, state);
    if base.serial == state.serial && changed.is_empty() {
        return Ok(());
    }
    Err(Stale::Changed { planned: base.serial, now: state.serial, changed })
}

fn differences(base: &State, state: &State) -> Vec<String> {
    let before: std::collections::BTreeMap<_, _> = base.iter().collect();
    let after: std::collections::BTreeMap<_, _> = state.iter().collect();
    let mut changed: Vec<String> = before
        .iter()
        .filter(|(address, instance)| after.get(*address) != Some(*instance))
        .map(|(address, _)| address.to_string())
        .collect();
    changed.extend(after.keys().filter(|address| !before.contains_key(*address)).map(ToString::to_string));
    let names = base.outputs.keys().chain(state.outputs.keys());
    let value = |state: &State, name: &str| state.outputs.get(name).map(|output| (output.ty.clone(), output.value.clone()));
    let mut outputs: Vec<String> =
        names.filter(|name| value(base, name) != value(state, name)).map(|name| format!("output.{name}")).collect();
    outputs.sort();
    outputs.dedup();
    changed.extend(outputs);
    changed
}
