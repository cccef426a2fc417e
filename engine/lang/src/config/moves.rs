//! `moved`, `import` and `removed` blocks: what happens to objects that are there already.

use hotswap_value::address::{InstanceKey, ModuleInstance, ResourceInstance, ResourceMode, Target};

use super::{Import, ImportTarget, Moved, Removed, arguments::Arguments, draft::Draft, names};
use crate::{
    Range,
    ast::{Block, Expr, ExprKind},
};

pub(super) fn moved(draft: &mut Draft<'_>, block: Block) {
    names::labels::<0>(&block, [], &mut draft.faults);
    let range = block.range;
    let mut arguments = Arguments::new(block);
    let from = address("from", &mut arguments);
    let to = address("to", &mut arguments);
    if let (Some((from, _)), Some((to, to_range))) = (from, to) {
        match (&from, &to) {
            (Target::Module(_), Target::Module(_)) | (Target::Resource(_), Target::Resource(_)) => {
                draft.module.moved.push(Moved { from, to, range });
            }
            _ => arguments.fault(
                to_range,
                "Invalid move",
                format!("A module moves to a module and a resource to a resource; {from} and {to} are of different kinds."),
            ),
        }
    }
    draft.faults.extend(arguments.finish());
}

pub(super) fn import(draft: &mut Draft<'_>, block: Block) {
    names::labels::<0>(&block, [], &mut draft.faults);
    let (range, header) = (block.range, block.header);
    let mut arguments = Arguments::new(block);
    let to = arguments.required("to").and_then(|attribute| {
        let target = import_target(&attribute.value);
        match target {
            Ok(target) => Some(target),
            Err(detail) => {
                arguments.fault(attribute.value.range, "Invalid import target", detail);
                None
            }
        }
    });
    let id = arguments.required("id");
    let for_each = arguments.expr("for_each");
    if let Some(provider) = arguments.expr("provider")
        && names::provider_name(&provider).is_none()
    {
        arguments.fault(provider.range, "Invalid provider", "The bare name of a provider is due, or its name, a dot and an alias.");
    }
    if !draft.module.path.is_root() {
        arguments.fault(
            header,
            "Import in a child module",
            "Import blocks belong in the root module. Move it there; the target may lie in a module.",
        );
    }
    if let (Some(to), Some(id)) = (to, id) {
        draft.module.imports.push(Import { to, id: id.value, for_each, range });
    }
    draft.faults.extend(arguments.finish());
}

pub(super) fn removed(draft: &mut Draft<'_>, block: Block) {
    names::labels::<0>(&block, [], &mut draft.faults);
    let range = block.range;
    let mut arguments = Arguments::new(block);
    let from = address("from", &mut arguments);
    let mut destroy = true;
    if let Some(lifecycle) = arguments.block("lifecycle") {
        let mut inner = Arguments::new(lifecycle);
        destroy = inner.bool("destroy").is_none_or(|(truth, _)| truth);
        arguments.faults.extend(inner.finish());
    }
    for block in arguments.blocks("provisioner") {
        arguments.fault(
            block.header,
            "Provisioners are not supported",
            "hotswap runs no provisioners. Do what it does in a step of its own.",
        );
    }
    if let Some((from, from_range)) = from {
        let keyed = match &from {
            Target::Module(module) => has_keys(module),
            Target::Resource(resource) => has_keys(&resource.module) || resource.key != InstanceKey::None,
        };
        if keyed {
            arguments.fault(from_range, "Invalid address", "A removed block names a whole resource or module, without keys.");
        } else {
            draft.module.removed.push(Removed { from, destroy, range });
        }
    }
    draft.faults.extend(arguments.finish());
}

fn has_keys(module: &ModuleInstance) -> bool {
    module.0.iter().any(|(_, key)| *key != InstanceKey::None)
}

/// An argument that is the address of a managed resource or a module.
fn address(name: &'static str, arguments: &mut Arguments) -> Option<(Target, Range)> {
    let attribute = arguments.required(name)?;
    let range = attribute.value.range;
    match names::target(&attribute.value) {
        Ok(Target::Resource(ResourceInstance { resource, .. })) if resource.mode == ResourceMode::Data => {
            arguments.fault(range, "Invalid address", "A data source is read anew each time: there is nothing to move or remove.");
            None
        }
        Ok(Target::Resource(ResourceInstance { resource, .. })) if resource.mode == ResourceMode::Ephemeral => {
            arguments.fault(range, "Invalid address", "No state has an ephemeral resource: there is nothing to move or remove.");
            None
        }
        Ok(target) => Some((target, range)),
        Err(detail) => {
            arguments.fault(range, "Invalid address", detail);
            None
        }
    }
}

/// The address of a resource whose last key may be an expression.
fn import_target(expr: &Expr) -> Result<ImportTarget, String> {
    let expr = names::traversal(expr.clone());
    let range = expr.range;
    let (base, key) = match expr.kind {
        ExprKind::Index(base, key) => (*base, Some(*key)),
        kind => (Expr { kind, range }, None),
    };
    match names::target(&base)? {
        Target::Resource(ResourceInstance { resource, .. }) if resource.mode == ResourceMode::Data => {
            Err("A data source can't be imported: it is only read.".to_owned())
        }
        Target::Resource(ResourceInstance { resource, .. }) if resource.mode == ResourceMode::Ephemeral => {
            Err("An ephemeral resource can't be imported: no state has it.".to_owned())
        }
        Target::Resource(ResourceInstance { module, resource, key: InstanceKey::None }) => {
            Ok(ImportTarget { module, resource, key, range })
        }
        Target::Resource(_) | Target::Module(_) => Err("The address of a resource is due, as in hotswap_tenant.acme.".to_owned()),
    }
}
