//! One change: what happens, why, and to which values.

use std::fmt::Write as _;

use hotswap_sdk::Schema;
use hotswap_value::address::{InstanceKey, ResourceInstance, ResourceMode};

use crate::{Action, Plan, Reason, ResourceChange};

use super::{
    Schemas, compare,
    node::{Act, Node},
    pair::Pair,
    plain, quote,
    style::{BOLD, CYAN, Painter, RED},
    symbol,
    write::{Manner, Writer},
};

/// The change as it is listed, with the provider's notes under it.
pub(super) fn text(change: &ResourceChange, plan: &Plan, schemas: &dyn Schemas, painter: Painter) -> String {
    let mut out = format!("{}\n", painter.paint(BOLD, format_args!("  # {}", headline(change, painter))));
    for remark in remarks(change) {
        _ = writeln!(out, "  # ({remark})");
    }
    let schema = schemas.schema(change.address.resource.mode, &change.address.resource.ty);
    // An object that is imported is new to the reader: all of it is shown.
    let manner = Manner { whole: change.importing.is_some(), ..Manner::CHANGES };
    out.push_str(&block(&change.address, change.action, &node(change, schema), manner, painter));
    if change.deposed.is_none() {
        for note in plan.notes.get(&change.address.to_string()).into_iter().flatten() {
            _ = writeln!(out, "    {} {}", painter.paint(CYAN, "|"), quote::line(note));
        }
    }
    out
}

/// The block of an object: `+ resource "type" "name" { … }`.
pub(super) fn block(address: &ResourceInstance, action: Action, node: &Node, manner: Manner, painter: Painter) -> String {
    let (writer, kind) = (Writer { painter }, kind(address.resource.mode));
    let text = writer.node(node, 0, Manner { to_null: false, ..manner });
    // The closing brace is indented by the symbol's width; within it everything is one level in.
    format!("{} {kind} \"{}\" \"{}\" {text}\n", symbol(action, painter), address.resource.ty, address.resource.name)
}

pub(super) fn kind(mode: ResourceMode) -> &'static str {
    match mode {
        ResourceMode::Managed => "resource",
        ResourceMode::Data => "data",
        ResourceMode::Ephemeral => "ephemeral",
    }
}

fn node(change: &ResourceChange, schema: Option<&Schema>) -> Node {
    let pair = Pair::new(&change.before, &change.after);
    // What is only forgotten stays as it is.
    let pair = if change.action == Action::Forget { Pair { after: pair.before, ..pair } } else { pair };
    let after_sensitive = if change.action == Action::Forget { &change.before_sensitive } else { &change.after_sensitive };
    let pair = pair.sensitive(&change.before_sensitive, after_sensitive).replaced_by(&change.replace_paths);
    let node = whole(schema, &pair);
    // What is read has nothing before it, and what is replaced is compared with what takes its place.
    Node { replaces: false, act: if change.action == Action::NoOp { Act::Nothing } else { node.act }, ..node }
}

/// The difference of two whole objects.
pub(super) fn whole(schema: Option<&Schema>, pair: &Pair<'_>) -> Node {
    match schema {
        Some(schema) => compare::object(&schema.attributes, pair),
        None => plain::compare(pair),
    }
}

fn headline(change: &ResourceChange, painter: Painter) -> String {
    let address = &change.address;
    let destroyed = painter.paint(RED, "destroyed");
    match (change.action, change.reason) {
        (Action::Create, _) => format!("{address} will be created"),
        (Action::Read, _) => format!("{address} will be read during apply"),
        (Action::Update, _) => format!("{address} will be updated in-place"),
        (Action::DeleteThenCreate | Action::CreateThenDelete, reason) => match reason {
            Some(Reason::ReplaceBecauseTainted) => format!("{address} is tainted, so must be {}", painter.paint(RED, "replaced")),
            Some(Reason::ReplaceByRequest) => format!("{address} will be {}, as requested", painter.paint(RED, "replaced")),
            Some(Reason::ReplaceByTriggers) => {
                format!("{address} will be {} due to changes in replace_triggered_by", painter.paint(RED, "replaced"))
            }
            _ => format!("{address} must be {}", painter.paint(RED, "replaced")),
        },
        (Action::Delete, _) => match &change.deposed {
            Some(key) => format!("{address} (deposed object {key}) will be {destroyed}"),
            None => format!("{address} will be {destroyed}"),
        },
        (Action::Forget, _) => format!("{address} will no longer be managed by hotswap, but will not be {destroyed}"),
        (Action::NoOp, _) => match (&change.previous, &change.importing) {
            (_, Some(_)) => format!("{address} will be imported"),
            (Some(previous), None) => format!("{previous} has moved to {address}"),
            (None, None) => format!("{address} stays as it is"),
        },
    }
}

/// Why, and what else is to be known, a line each.
fn remarks(change: &ResourceChange) -> Vec<String> {
    let address = &change.address;
    let mut remarks = Vec::new();
    if change.deposed.is_some() {
        remarks.push("left over from a partially-failed replacement of this instance".to_owned());
    } else if change.action == Action::Forget {
        remarks.push("destroy = false is set in the configuration".to_owned());
    } else if let Some(reason) = change.reason.and_then(|reason| because(reason, address)) {
        remarks.push(reason);
    }
    if let (Some(previous), true) = (&change.previous, change.action != Action::NoOp || change.importing.is_some()) {
        remarks.push(format!("moved from {previous}"));
    }
    if let (Some(id), true) = (&change.importing, change.action != Action::NoOp) {
        remarks.push(format!("imported from {}", quote::text(id)));
    }
    remarks
}

fn because(reason: Reason, address: &ResourceInstance) -> Option<String> {
    Some(match reason {
        Reason::DeleteBecauseNoResourceConfig => format!("because {} is not in configuration", address.resource),
        Reason::DeleteBecauseNoModule => format!("because {} is not in configuration", address.module),
        Reason::DeleteBecauseWrongRepetition => match address.key {
            InstanceKey::None => "because resource uses count or for_each".to_owned(),
            InstanceKey::Index(_) => "because resource does not use count".to_owned(),
            InstanceKey::Key(_) => "because resource does not use for_each".to_owned(),
        },
        Reason::DeleteBecauseCountIndex => format!("because index {} is out of range for count", address.key),
        Reason::DeleteBecauseEachKey => format!("because key {} is not in for_each map", address.key),
        Reason::DeleteBecauseNoMoveTarget => format!("because {address} was moved to where there is no resource in the configuration"),
        Reason::ReadBecauseConfigUnknown => "config refers to values not yet known".to_owned(),
        Reason::ReadBecauseDependencyPending => "depends on a resource or a module with changes pending".to_owned(),
        Reason::ReplaceBecauseTainted | Reason::ReplaceByRequest | Reason::ReplaceByTriggers | Reason::ReplaceBecauseCannotUpdate => {
            return None;
        }
    })
}
