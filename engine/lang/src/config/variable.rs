//! `variable` blocks.

use std::sync::Arc;

use super::{CheckRule, Constraint, Variable, arguments::Arguments, check, constraint};
use crate::{Diagnostics, ast::Block, ast::ExprKind};

/// Names that mean something else where a module is called.
const RESERVED: [&str; 8] = ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

pub(super) fn decode(block: Block, name: &Arc<str>, faults: &mut Diagnostics) -> Variable {
    let header = block.header;
    let mut arguments = Arguments::new(block);
    if RESERVED.contains(&&**name) {
        let detail = format!("A variable can't be called {name:?}: in a module block that word means something else.");
        arguments.fault(header, "Reserved name", detail);
    }
    let mut ty = Constraint::Any;
    let mut ty_range = None;
    if let Some(expr) = arguments.expr("type") {
        ty_range = Some(expr.range);
        match constraint::parse(&expr) {
            Ok(constraint) => ty = constraint,
            Err(found) => arguments.faults.extend(found.into_iter().map(|fault| fault.within(header))),
        }
    }
    let default = arguments.expr("default");
    let description = arguments.string("description").map(|(text, _)| text);
    let sensitive = arguments.bool("sensitive").is_some_and(|(truth, _)| truth);
    let ephemeral = arguments.bool("ephemeral").is_some_and(|(truth, _)| truth);
    let nullable = arguments.bool("nullable").is_none_or(|(truth, _)| truth);
    if let Some(default) = &default
        && !nullable
        && matches!(default.kind, ExprKind::Null)
    {
        arguments.fault(default.range, "Invalid default", "The default can't be null where nullable is false.");
    }
    let validations: Vec<CheckRule> =
        arguments.blocks("validation").into_iter().filter_map(|block| check::rule(block, &mut arguments.faults)).collect();
    faults.extend(arguments.finish());
    Variable { name: name.clone(), ty, ty_range, default, description, sensitive, ephemeral, nullable, validations, header }
}
