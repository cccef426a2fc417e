//! What becomes of the outputs.

use std::{fmt::Write as _, sync::Arc};

use unicode_width::UnicodeWidthStr as _;

use crate::{Action, OutputChange, Plan};

use super::{
    node::{Act, Node},
    pair::Pair,
    plain,
    style::Painter,
    write::{Manner, Writer},
};

/// The outputs that change, a name each; empty if none does.
pub(super) fn text(plan: &Plan, painter: Painter) -> String {
    let changed: Vec<(&Arc<str>, &OutputChange)> = plan.outputs.iter().filter(|(_, change)| change.action != Action::NoOp).collect();
    let width = plan.outputs.keys().map(|name| name.width()).max().unwrap_or_default();
    let writer = Writer { painter };
    let mut out = String::new();
    for (name, change) in changed {
        let node = node(change);
        let value = writer.node(&node, 0, Manner::CHANGES);
        _ = writeln!(out, "{}{name}{} = {value}", writer.lead(node.act, 0, Manner::CHANGES), " ".repeat(width - name.width()));
    }
    out
}

fn node(change: &OutputChange) -> Node {
    let (before, after) = (change.before.to_value(), change.after.to_value());
    let whole = [hotswap_value::AttributePath::root()];
    let (before_sensitive, after_sensitive) = (change.before.sensitive_paths(), change.after.sensitive_paths());
    let pair = Pair::new(&before, &after);
    let pair = if change.sensitive { pair.sensitive(&whole, &whole) } else { pair.sensitive(&before_sensitive, &after_sensitive) };
    let act = match change.action {
        Action::Create => Act::Create,
        Action::Delete => Act::Delete,
        Action::Update => Act::Update,
        _ => Act::Nothing,
    };
    Node { act, ..plain::compare(&pair) }
}
