//! From JSON to bodies, blocks and expressions.

use std::sync::Arc;

use super::{
    reader::{Member, Node, NodeKind},
    schema::{self, Schema},
};
use crate::{
    Diagnostic, Diagnostics, Range, Sources,
    ast::{Attribute, Block, Body, Expr, ExprKind, ObjectKey},
    evaluate::suggest,
    syntax::{self, Origin},
};

/// A file: an object of blocks, or an array of such.
pub(super) fn file(root: &Node, sources: &Sources) -> (Body, Diagnostics) {
    let mut decoder = Decoder { sources, faults: Vec::new() };
    let body = decoder.body(root, &schema::FILE, true);
    (body, decoder.faults)
}

struct Decoder<'a> {
    sources: &'a Sources,
    faults: Diagnostics,
}

impl Decoder<'_> {
    fn fault(&mut self, range: Range, summary: &str, detail: impl Into<String>) {
        self.faults.push(Diagnostic::error(summary, detail).at(range));
    }

    /// What an object holds. An array of objects is the same as one object with the members of all.
    fn body(&mut self, node: &Node, schema: &Schema, file: bool) -> Body {
        let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), range: node.range };
        let mut objects = Vec::new();
        self.objects(node, "A block", &mut objects);
        for member in objects.into_iter().flatten() {
            self.member(member, schema, file, &mut body);
        }
        body
    }

    /// The members of an object, or of each object of an array.
    fn objects<'n>(&mut self, node: &'n Node, what: &str, objects: &mut Vec<&'n [Member]>) {
        match &node.kind {
            NodeKind::Object(members) => objects.push(members),
            NodeKind::Array(elements) => {
                for element in elements {
                    match &element.kind {
                        NodeKind::Object(members) => objects.push(members),
                        _ => {
                            self.fault(element.range, "Invalid JSON configuration", format!("{what} is an object, or an array of objects."))
                        }
                    }
                }
            }
            NodeKind::Null => {}
            _ => self.fault(node.range, "Invalid JSON configuration", format!("{what} is an object, or an array of objects.")),
        }
    }

    fn member(&mut self, member: &Member, schema: &Schema, file: bool, body: &mut Body) {
        let name = &*member.name;
        if name == "//" {
            return;
        }
        if let Some((ty, labels, inner)) = schema.blocks.iter().find(|(ty, ..)| *ty == name) {
            return self.blocks(ty, member, *labels, inner, body);
        }
        if file {
            let known = schema.blocks.iter().map(|(ty, ..)| *ty);
            let hint = suggest(name, known).map_or_else(String::new, |ty| format!(" Did you mean {ty:?}?"));
            return self.fault(member.name_range, "Unsupported block type", format!("A file holds no blocks of type {name:?}.{hint}"));
        }
        if let Some(first) = body.attribute(name) {
            let line = self.sources.position(first.name_range.file, first.name_range.start).line;
            return self.fault(member.name_range, "Argument set twice", format!("The argument {name:?} was already set on line {line}."));
        }
        let value = match &member.value.kind {
            NodeKind::String { text, .. } if schema.expressions.contains(&name) => {
                syntax::reference(text, member.value.range).unwrap_or_else(|| self.expr(&member.value))
            }
            _ => self.expr(&member.value),
        };
        let range = member.name_range.to(member.value.range);
        body.attributes.push(Attribute { name: member.name.clone(), name_range: member.name_range, value, range });
    }

    /// The blocks of a type: one object for each label, and in the innermost the body, or an array of bodies.
    fn blocks(&mut self, ty: &str, member: &Member, labels: usize, schema: &Schema, body: &mut Body) {
        let mut level = vec![(Vec::<(Arc<str>, Range)>::new(), &member.value)];
        for _ in 0..labels {
            let mut next = Vec::new();
            for (labels, node) in level {
                let mut objects = Vec::new();
                self.objects(node, &format!("What {ty:?} holds"), &mut objects);
                for inner in objects.into_iter().flatten().filter(|inner| &*inner.name != "//") {
                    let mut labels = labels.clone();
                    labels.push((inner.name.clone(), inner.name_range));
                    next.push((labels, &inner.value));
                }
            }
            level = next;
        }
        for (labels, node) in level {
            let header = labels.last().map_or(member.name_range, |(_, range)| *range);
            let bodies: Vec<&Node> = match &node.kind {
                NodeKind::Array(elements) => elements.iter().collect(),
                NodeKind::Null => Vec::new(),
                _ => vec![node],
            };
            for node in bodies {
                let body_of_block = self.body(node, schema, false);
                let range = header.to(node.range);
                body.blocks.push(Block { ty: ty.into(), labels: labels.clone(), body: body_of_block, header, range });
            }
        }
    }

    fn expr(&mut self, node: &Node) -> Expr {
        let range = node.range;
        let kind = match &node.kind {
            NodeKind::Null => ExprKind::Null,
            NodeKind::Bool(truth) => ExprKind::Bool(*truth),
            NodeKind::Number(number) => ExprKind::Number(number.clone()),
            NodeKind::String { text, plain } => self.template(text, *plain, range),
            NodeKind::Array(elements) => ExprKind::Tuple(elements.iter().map(|element| self.expr(element)).collect()),
            NodeKind::Object(members) => {
                let mut items = Vec::new();
                for member in members {
                    let kind = self.template(&member.name, member.plain, member.name_range);
                    items.push((ObjectKey::Expr(Expr { kind, range: member.name_range }), self.expr(&member.value)));
                }
                ExprKind::Object(items)
            }
        };
        Expr { kind, range }
    }

    /// Text in the place of an expression is a template.
    fn template(&mut self, text: &Arc<str>, plain: bool, range: Range) -> ExprKind {
        if !text.contains("${") && !text.contains("%{") {
            return ExprKind::String(text.clone());
        }
        let line = self.sources.position(range.file, range.start).line;
        let origin = if plain { Origin::InLine { file: range.file, start: range.start + 1, line } } else { Origin::Whole { range, line } };
        match syntax::template(text, origin) {
            Ok(template) => template.kind,
            Err(faults) => {
                self.faults.extend(faults);
                ExprKind::String(text.clone())
            }
        }
    }
}
