//! A file that holds values and nothing else: `name = value`, a line each, without references.

use std::{collections::BTreeMap, sync::Arc};

use crate::{Diagnostic, Diagnostics, FileId, Sources, Val, config::constant_value, syntax};

/// The values of a file. A name that comes twice has been told of by then.
///
/// # Errors
/// Everything that is wrong with it, each where it is.
pub fn values(sources: &Sources, file: FileId) -> Result<BTreeMap<Arc<str>, Val>, Diagnostics> {
    let (body, mut diagnostics) = syntax::parse_file(sources, file);
    for block in body.blocks {
        let detail = format!("This file holds values (name = value) only; write {:?} as one of them.", &*block.ty);
        diagnostics.push(Diagnostic::error("Block among values", detail).at(block.header));
    }
    let mut values = BTreeMap::new();
    for attribute in body.attributes {
        match constant_value(&attribute.value) {
            Ok(value) => drop(values.insert(attribute.name, value)),
            Err(faults) => diagnostics.extend(faults),
        }
    }
    if diagnostics.iter().any(Diagnostic::is_error) { Err(diagnostics) } else { Ok(values) }
}
