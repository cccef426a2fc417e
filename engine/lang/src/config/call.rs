//! `module` blocks.

use std::{collections::BTreeMap, sync::Arc};

use super::{Call, ProviderName, arguments::Arguments, names, resource};
use crate::{
    Diagnostics,
    ast::{Block, ExprKind, ObjectKey},
};

pub(super) fn decode(block: Block, name: &Arc<str>, faults: &mut Diagnostics) -> Option<Call> {
    let header = block.header;
    let mut arguments = Arguments::new(block);
    let source = match arguments.string("source") {
        Some(source) => Some(source),
        None => {
            if arguments.faults.is_empty() {
                arguments.fault(header, "Missing required argument", "A module block says where the module is: source = \"./FOLDER\".");
            }
            None
        }
    };
    if let Some((source, range)) = &source {
        check_source(source, *range, &mut arguments);
    }
    if let Some((version, range)) = arguments.string("version") {
        let detail = format!("A version ({version}) is for modules of a registry; a module in a folder has none. Remove it.");
        arguments.fault(range, "Version of a local module", detail);
    }
    let repeat = resource::repeat(&mut arguments);
    let depends_on = names::depends_on(&mut arguments);
    let providers = providers(&mut arguments);
    arguments.refuse_blocks();
    let (body, found) = arguments.rest();
    faults.extend(found);
    let (source, source_range) = source?;
    let values = body.attributes.into_iter().map(|attribute| (attribute.name.clone(), attribute)).collect();
    Some(Call { name: name.clone(), source, source_range, repeat, depends_on, providers, arguments: values, header })
}

/// Whether a source is a folder beside the module.
pub(super) fn is_local(source: &str) -> bool {
    source.starts_with("./")
        || source.starts_with("../")
        || source == "."
        || source == ".."
        || source.starts_with(".\\")
        || source.starts_with("..\\")
}

fn check_source(source: &str, range: crate::Range, arguments: &mut Arguments) {
    if is_local(source) {
        return;
    }
    let kind = if source.starts_with('/') {
        "an absolute path"
    } else if source.contains("::") || source.contains("://") || source.contains('@') {
        "a remote address"
    } else if source.split('/').count() >= 3 {
        "an address of a registry"
    } else {
        "no folder beside this module"
    };
    let detail = format!(
        "{source:?} is {kind}; hotswap loads modules from folders only. Put the module beside this one and give its relative path, which begins with ./ or ../"
    );
    arguments.fault(range, "Unsupported module source", detail);
}

/// `providers = { hotswap = hotswap.eu }`.
fn providers(arguments: &mut Arguments) -> BTreeMap<ProviderName, ProviderName> {
    let mut map = BTreeMap::new();
    let Some(expr) = arguments.expr("providers") else { return map };
    let ExprKind::Object(items) = expr.kind else {
        arguments.fault(expr.range, "Invalid providers", "A map of provider names is due: providers = { hotswap = hotswap.eu }.");
        return map;
    };
    for (key, value) in items {
        let (inner, range) = match &key {
            ObjectKey::Name(name, range) => (Some(ProviderName { name: name.clone(), alias: None }), *range),
            ObjectKey::Expr(key) => (names::provider_name(key), key.range),
        };
        match (inner, names::provider_name(&value)) {
            (Some(inner), Some(outer)) => {
                map.insert(inner, outer);
            }
            (inner, _) => {
                let range = if inner.is_some() { value.range } else { range };
                arguments.fault(range, "Invalid providers", "The bare name of a provider is due, or its name, a dot and an alias.");
            }
        }
    }
    map
}
