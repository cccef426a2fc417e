//! `resource`, `data` and `ephemeral` blocks: what Terraform's language itself says of them. The rest of the body is the provider's.

use std::sync::Arc;

use hotswap_value::address::{ResourceMode, ResourceName};

use super::{IgnoreChanges, Lifecycle, ProviderName, Repeat, Resource, arguments::Arguments, check, names};
use crate::{
    Diagnostics,
    ast::{Block, Expr, ExprKind},
};

pub(super) fn decode(block: Block, mode: ResourceMode, ty: &Arc<str>, name: &Arc<str>, faults: &mut Diagnostics) -> Resource {
    let header = block.header;
    let mut arguments = Arguments::new(block);
    let name = ResourceName { mode, ty: ty.clone(), name: name.clone() };
    let repeat = repeat(&mut arguments);
    let provider = provider(&mut arguments).unwrap_or_else(|| ProviderName { name: name.provider_name().into(), alias: None });
    let depends_on = names::depends_on(&mut arguments);
    let lifecycle = arguments.block("lifecycle").map(|block| lifecycle(block, mode, &mut arguments.faults)).unwrap_or_default();
    refuse_steps(&mut arguments);
    let (body, found) = arguments.rest();
    faults.extend(found);
    Resource { name, provider, repeat, depends_on, lifecycle, body, header }
}

/// `count` or `for_each`.
pub(super) fn repeat(arguments: &mut Arguments) -> Repeat {
    match (arguments.expr("count"), arguments.expr("for_each")) {
        (None, None) => Repeat::Once,
        (Some(count), None) => Repeat::Count(count),
        (None, Some(each)) => Repeat::ForEach(each),
        (Some(_), Some(each)) => {
            arguments.fault(
                each.range,
                "Both count and for_each",
                "A block is repeated by count or by for_each, not by both. Remove one of them.",
            );
            Repeat::ForEach(each)
        }
    }
}

fn provider(arguments: &mut Arguments) -> Option<ProviderName> {
    let expr = arguments.expr("provider")?;
    let name = names::provider_name(&expr);
    if name.is_none() {
        arguments.fault(
            expr.range,
            "Invalid provider",
            "The bare name of a provider is due, or its name, a dot and an alias: provider = hotswap.eu.",
        );
    }
    name
}

/// Things that Terraform runs beside a resource and hotswap doesn't.
fn refuse_steps(arguments: &mut Arguments) {
    for block in arguments.blocks("provisioner") {
        let label = block.labels.first().map_or_else(String::new, |(label, _)| format!(" {:?}", &**label));
        let detail =
            format!("hotswap runs no provisioners (here{label}). Do what it does in a step of its own after apply, or in a plugin.");
        arguments.fault(block.header, "Provisioners are not supported", detail);
    }
    for block in arguments.blocks("connection") {
        arguments.fault(
            block.header,
            "Connections are not supported",
            "A connection serves provisioners only, and hotswap runs none. Remove it.",
        );
    }
}

fn lifecycle(block: Block, mode: ResourceMode, faults: &mut Diagnostics) -> Lifecycle {
    let mut arguments = Arguments::new(block);
    let mut lifecycle = Lifecycle::default();
    if mode == ResourceMode::Managed {
        lifecycle.create_before_destroy = arguments.bool("create_before_destroy").map(|(truth, _)| truth);
        if let Some((truth, range)) = arguments.bool("prevent_destroy") {
            lifecycle.prevent_destroy = truth;
            lifecycle.prevent_destroy_range = Some(range);
        }
        lifecycle.ignore_changes = ignore_changes(&mut arguments);
        lifecycle.replace_triggered_by = replace_triggered_by(&mut arguments);
    }
    let rules = |ty: &'static str, arguments: &mut Arguments| {
        arguments.blocks(ty).into_iter().filter_map(|block| check::rule(block, &mut arguments.faults)).collect()
    };
    lifecycle.preconditions = rules("precondition", &mut arguments);
    lifecycle.postconditions = rules("postcondition", &mut arguments);
    faults.extend(arguments.finish());
    lifecycle
}

fn ignore_changes(arguments: &mut Arguments) -> IgnoreChanges {
    let Some(expr) = arguments.expr("ignore_changes") else { return IgnoreChanges::None };
    let elements = match names::traversal(expr.clone()).kind {
        ExprKind::Variable(word) if &*word == "all" => return IgnoreChanges::All,
        ExprKind::Tuple(elements) => elements,
        _ => {
            arguments.fault(
                expr.range,
                "Invalid ignore_changes",
                "A list of attributes is due, as in [labels, quotas[\"max_plugins\"]], or the bare word all.",
            );
            return IgnoreChanges::None;
        }
    };
    let mut paths = Vec::new();
    for element in elements {
        let expr = names::traversal(element.clone());
        if matches!(&expr.kind, ExprKind::String(text) if &**text == "*") {
            arguments.fault(element.range, "Invalid ignore_changes", "To ignore every change write ignore_changes = all.");
        } else if let Some(path) = path(&expr) {
            paths.push((path, element.range));
        } else {
            arguments.fault(
                element.range,
                "Invalid ignore_changes",
                "The name of an attribute is due, with keys written out where there are any: labels[\"team\"].",
            );
        }
    }
    IgnoreChanges::Paths(paths)
}

/// A path within a resource: `a.b["c"][0]`.
fn path(expr: &Expr) -> Option<hotswap_value::AttributePath> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(hotswap_value::AttributePath::from(&**name)),
        ExprKind::Attribute(base, name) => Some(path(base)?.attribute(&**name)),
        ExprKind::Index(base, key) => match &key.kind {
            ExprKind::Number(number) => Some(path(base)?.index(number.to_u64()?.try_into().ok()?)),
            ExprKind::String(key) => Some(path(base)?.key(&**key)),
            _ => None,
        },
        _ => None,
    }
}

fn replace_triggered_by(arguments: &mut Arguments) -> Vec<Expr> {
    let Some(expr) = arguments.expr("replace_triggered_by") else { return Vec::new() };
    if let ExprKind::Tuple(elements) = expr.kind {
        return elements.into_iter().map(names::traversal).collect();
    }
    arguments.fault(expr.range, "Invalid replace_triggered_by", "A list of references to resources or their attributes is due.");
    Vec::new()
}
