//! JSON syntax: `*.tf.json` into the same tree as native files, `*.tfvars.json` into values.

mod body;
mod reader;
mod schema;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::{Diagnostic, Diagnostics, FileId, Kind, Range, Sources, Val, ast::Body};
use reader::{Node, NodeKind};

/// Reads a file in JSON syntax, into the same tree as a native one.
pub fn parse_json_file(sources: &Sources, file: FileId) -> (Body, Diagnostics) {
    match reader::read(&sources.file(file).text, file) {
        Ok(root) => body::file(&root, sources),
        Err(fault) => (Body { attributes: Vec::new(), blocks: Vec::new(), range: Range { file, start: 0, end: 0 } }, vec![*fault]),
    }
}

/// Reads a file of values in JSON: each with its name and its place. Text is taken as it is, `${` and all.
pub fn parse_json_values(sources: &Sources, file: FileId) -> (Vec<(Arc<str>, Val, Range)>, Diagnostics) {
    let root = match reader::read(&sources.file(file).text, file) {
        Ok(root) => root,
        Err(fault) => return (Vec::new(), vec![*fault]),
    };
    let NodeKind::Object(members) = root.kind else {
        let detail = "A file of values holds one object: { \"name\": value, … }.";
        return (Vec::new(), vec![Diagnostic::error("Invalid JSON values", detail).at(root.range)]);
    };
    let values = members.iter().filter(|member| &*member.name != "//");
    (values.map(|member| (member.name.clone(), value(&member.value), member.value.range)).collect(), Vec::new())
}

fn value(node: &Node) -> Val {
    match &node.kind {
        NodeKind::Null => Val::null(),
        NodeKind::Bool(truth) => Val::from(*truth),
        NodeKind::Number(number) => Val::from(number.clone()),
        NodeKind::String { text, .. } => Val::from(text.clone()),
        NodeKind::Array(elements) => Val::tuple(elements.iter().map(value)),
        NodeKind::Object(members) => {
            Kind::Object(Arc::new(members.iter().map(|member| (member.name.clone(), value(&member.value))).collect())).into()
        }
    }
}
