//! Plans and states as text for people.
//!
//! A plan reads as Terraform's does: the same symbols, the same order, the same short phrases. What there is to show is found by
//! `compare` (along a schema) and `plain` (without one), and becomes text in `write`.

mod change;
mod compare;
mod drift;
mod node;
mod outputs;
mod pair;
mod plain;
mod quote;
mod sequence;
mod show;
mod style;
mod summary;
#[cfg(test)]
mod tests;
mod write;

use std::fmt::Write as _;

use hotswap_lang::config::Config;
use hotswap_state::State;

use crate::{Action, Mode, Plan, ResourceChange};

use self::style::{BOLD, CYAN, GREEN, Painter, RED, YELLOW};
use super::{Schemas, order, relevant};

pub use self::summary::{Counts, counts};

/// How text looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether it is coloured, by ANSI escapes.
    pub colour: bool,
}

/// What a plan is about to do: everything between what the planning says while it goes on and the question whether to go ahead.
/// Ends with a line break.
///
/// `config` tells which of the changes made elsewhere matter: it is the one the plan was made from.
pub fn plan(plan: &Plan, config: &Config, schemas: &dyn Schemas, look: Look) -> String {
    let painter = Painter { colour: look.colour };
    let drift = drift::text(plan, &relevant::attributes(plan, config), schemas, painter);
    let mut changes: Vec<&ResourceChange> = plan.changes.iter().filter(|change| is_shown(change)).collect();
    changes.sort_by(|a, b| order::by_address(&a.address, &b.address).then_with(|| a.deposed.cmp(&b.deposed)));
    let outputs = outputs::text(plan, painter);
    let mut out = String::new();
    if let Some(drift) = &drift {
        out.push_str(drift);
        if !changes.is_empty() || !outputs.is_empty() {
            out.push_str("\n─────────────────────────────────────────────────────────────────────────────\n");
        }
    }
    if changes.is_empty() && outputs.is_empty() {
        if plan.errored {
            out.push_str("\nPlanning failed: the messages below tell why. There are no changes to show.\n");
        } else if !(drift.is_some() && plan.mode == Mode::RefreshOnly) {
            _ = write!(out, "\n{}", summary::no_changes(plan, drift.is_some(), painter));
        }
    }
    if !changes.is_empty() {
        if plan.errored {
            out.push_str("\nPlanning failed: the messages below tell why. What was planned before that:\n");
        }
        _ = write!(out, "\nhotswap will do what is listed below. The symbols mean:\n{}", legend(&changes, painter));
        for change in &changes {
            _ = write!(out, "\n{}", change::text(change, plan, schemas, painter));
        }
        _ = writeln!(out, "\n{}", summary::line(plan, painter));
    }
    if !outputs.is_empty() {
        _ = write!(out, "\n{}\n{outputs}", painter.paint(BOLD, "Changes to Outputs:"));
        if changes.is_empty() && !plan.errored {
            out.push_str("\nApplying this plan only records these outputs in the state; nothing else changes.\n");
        }
    }
    if !plan.summary.is_empty() {
        out.push('\n');
        plan.summary.iter().for_each(|line| _ = writeln!(out, "{}", quote::line(line)));
    }
    out
}

/// What is there: a state as text. Ends with a line break.
pub fn state(state: &State, schemas: &dyn Schemas, look: Look) -> String {
    show::state(state, schemas, Painter { colour: look.colour })
}

/// Whether there is something to tell of a change.
fn is_shown(change: &ResourceChange) -> bool {
    change.action != Action::NoOp || change.previous.is_some() || change.importing.is_some()
}

/// The symbols in use and what they stand for.
fn legend(changes: &[&ResourceChange], painter: Painter) -> String {
    let symbols = [
        (Action::Create, "create"),
        (Action::Update, "update in-place"),
        (Action::Delete, "destroy"),
        (Action::DeleteThenCreate, "destroy and then create replacement"),
        (Action::CreateThenDelete, "create replacement and then destroy"),
        (Action::Read, "read (data resources)"),
        (Action::Forget, "forget: no longer managed, left as it is"),
    ];
    let used = symbols.iter().filter(|(action, _)| changes.iter().any(|change| change.action == *action));
    used.map(|(action, meaning)| format!("{} {meaning}\n", symbol(*action, painter))).collect()
}

/// The symbol of an action, three columns wide.
fn symbol(action: Action, painter: Painter) -> String {
    let (plus, minus) = (painter.paint(GREEN, '+'), painter.paint(RED, '-'));
    match action {
        Action::NoOp => "   ".to_owned(),
        Action::Create => format!("  {plus}"),
        Action::Update => format!("  {}", painter.paint(YELLOW, '~')),
        Action::Delete => format!("  {minus}"),
        Action::DeleteThenCreate => format!("{minus}/{plus}"),
        Action::CreateThenDelete => format!("{plus}/{minus}"),
        Action::Read => format!(" {}", painter.paint(CYAN, "<=")),
        Action::Forget => format!("  {}", painter.paint(RED, '.')),
    }
}
