//! What was changed outside of hotswap: told where it matters for what is planned.

use std::{collections::BTreeMap, fmt::Write as _};

use hotswap_value::{AttributePath, Step, Value};

use crate::{Action, Mode, Plan, ResourceChange};

use super::{
    Schemas, change, order,
    pair::Pair,
    relevant::Relevant,
    style::{BOLD, CYAN, Painter},
    write::Manner,
};

/// The section on changes made elsewhere; `None` if none of them matters.
///
/// In a plan that only refreshes all of them do. In any other those attributes do that something which changes is made of.
pub(super) fn text(plan: &Plan, relevant: &Relevant, schemas: &dyn Schemas, painter: Painter) -> Option<String> {
    let everything = [AttributePath::root()];
    let mut told: Vec<(&ResourceChange, Value)> = Vec::new();
    for change in plan.drift.iter().filter(|change| change.action != Action::NoOp) {
        let paths = if plan.mode == Mode::RefreshOnly { &everything[..] } else { relevant.of(&change.address) };
        let after = restrict(&change.before, &change.after, paths);
        if after != change.before {
            told.push((change, after));
        }
    }
    let moved = plan.drift.iter().filter(|change| change.action == Action::NoOp && change.previous.is_some());
    if plan.mode == Mode::RefreshOnly {
        told.extend(moved.map(|change| (change, change.before.clone())));
    }
    if told.is_empty() {
        return None;
    }
    told.sort_by(|(a, _), (b, _)| order::by_address(&a.address, &b.address));
    let mut out = format!("\n{}{}\n", painter.paint(CYAN, "Note: "), painter.paint(BOLD, "Objects have changed outside of hotswap"));
    out.push_str("\nSince the state was last written, the following was changed by something else");
    out.push_str(if plan.mode == Mode::RefreshOnly { ":\n" } else { "; this plan may build on it:\n" });
    for (changed, after) in &told {
        _ = write!(out, "\n{}", one(changed, after, schemas, painter));
    }
    out.push('\n');
    out.push_str(if plan.mode == Mode::RefreshOnly {
        "This plan only refreshes: applying it records these values in the state and changes nothing else.\n"
    } else {
        "Unless the configuration was changed to the same effect, or ignores these attributes by `ignore_changes`, the plan below may undo\n\
         this or respond to it.\n"
    });
    Some(out)
}

fn one(changed: &ResourceChange, after: &Value, schemas: &dyn Schemas, painter: Painter) -> String {
    let address = &changed.address;
    let headline = match (changed.action, &changed.previous) {
        (Action::Delete, _) => format!("{address} has been deleted"),
        (Action::NoOp, Some(previous)) => format!("{previous} has moved to {address}"),
        _ => format!("{address} has changed"),
    };
    let mut out = format!("{}\n", painter.paint(BOLD, format_args!("  # {headline}")));
    if let (Some(previous), true) = (&changed.previous, changed.action != Action::NoOp) {
        _ = writeln!(out, "  # (moved from {previous})");
    }
    let schema = schemas.schema(address.resource.mode, &address.resource.ty);
    let pair = Pair::new(&changed.before, after).sensitive(&changed.before_sensitive, &changed.before_sensitive);
    let node = change::whole(schema, &pair);
    out.push_str(&change::block(address, changed.action, &node, Manner::CHANGES, painter));
    out
}

/// `after`, but as `before` everywhere except at the paths. Of an object that is gone, what the paths lead to is gone.
fn restrict(before: &Value, after: &Value, paths: &[AttributePath]) -> Value {
    let paths: Vec<&[Step]> = paths.iter().map(AttributePath::steps).collect();
    at(before, after, &paths)
}

fn at(before: &Value, after: &Value, paths: &[&[Step]]) -> Value {
    if paths.iter().any(|steps| steps.is_empty()) {
        return after.clone();
    }
    if paths.is_empty() {
        return before.clone();
    }
    let within = |leads_there: &dyn Fn(&Step) -> bool| -> Vec<&[Step]> {
        paths.iter().filter_map(|steps| steps.split_first().filter(|(first, _)| leads_there(first)).map(|(_, rest)| rest)).collect()
    };
    match (before.bare(), after.bare()) {
        (Value::Map(parts), then @ (Value::Map(_) | Value::Null)) => {
            let kept: BTreeMap<String, Value> = parts
                .iter()
                .map(|(name, part)| {
                    let paths = within(&|step| matches!(step, Step::Attribute(at) | Step::Key(at) if at == name));
                    (name.clone(), at(part, then.get(name), &paths))
                })
                .collect();
            Value::Map(kept)
        }
        (Value::List(parts), Value::List(then)) if parts.len() == then.len() => {
            let each = parts.iter().zip(then).enumerate();
            Value::List(each.map(|(index, (part, then))| at(part, then, &within(&|step| *step == Step::Index(index)))).collect())
        }
        // What became of it can't be told part by part.
        _ => after.clone(),
    }
}
