//! A block's body as one value: every argument checked against what the block takes, nested blocks too.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use hotswap_value::{AttributePath, Step, Type};

use super::{Evaluator, suggest::hint};
use crate::{
    Diagnostic, Diagnostics, Kind, Marks, Range, Scope, Val,
    ast::{Block, Body, Expr, ExprKind, ObjectKey},
    config::Constraint,
    convert::{convert_to_constraint, type_of_constraint},
};

/// What a block takes.
#[derive(Debug, Clone, Default)]
pub struct BlockSpec {
    /// Its arguments.
    pub attributes: BTreeMap<Arc<str>, AttributeSpec>,
    /// The blocks within it.
    pub blocks: BTreeMap<Arc<str>, NestedBlockSpec>,
}

/// An argument.
#[derive(Debug, Clone)]
pub struct AttributeSpec {
    /// What values it takes. Optional attributes of objects may be left out of them.
    pub constraint: Constraint,
    /// The type of these values.
    pub ty: Type,
    /// Who sets it.
    pub presence: Presence,
    /// What to use instead, if it should no longer be used.
    pub deprecated: Option<Arc<str>>,
}

/// Who sets an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The configuration must, and not to null.
    Required,
    /// The configuration may.
    Optional,
    /// The provider alone.
    ProviderOnly,
}

/// The blocks of one type within a block.
#[derive(Debug, Clone)]
pub struct NestedBlockSpec {
    /// How many there are and what tells them apart.
    pub nesting: Nesting,
    /// How many there must be.
    pub min: usize,
    /// How many there may be.
    pub max: Option<usize>,
    /// What each takes.
    pub spec: BlockSpec,
    /// The type of the value that one of them becomes.
    pub object: Type,
}

/// How nested blocks become a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// At most one: an object, or null.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects; each block has its key as a label.
    Map,
}

impl AttributeSpec {
    /// An argument.
    pub fn new(constraint: Constraint, presence: Presence) -> Self {
        Self { ty: type_of_constraint(&constraint), constraint, presence, deprecated: None }
    }
}

impl BlockSpec {
    /// The type of the value that a body becomes: an object.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, attribute)| (&**name, attribute.ty.clone()));
        let blocks = self.blocks.iter().map(|(name, nested)| (&**name, nested.ty()));
        Type::object(attributes.chain(blocks))
    }
}

impl NestedBlockSpec {
    /// Blocks of one type.
    pub fn new(nesting: Nesting, min: usize, max: Option<usize>, spec: BlockSpec) -> Self {
        Self { nesting, min, max, object: spec.ty(), spec }
    }

    /// The type of the value that the blocks become.
    pub fn ty(&self) -> Type {
        let object = self.object.clone();
        match self.nesting {
            Nesting::Single => object,
            Nesting::List => Type::list(object),
            Nesting::Set => Type::set(object),
            Nesting::Map => Type::map(object),
        }
    }
}

/// The value of a body: an object that has everything in the spec; what the body doesn't say is null. What is at fault is unknown.
pub fn decode(body: &Body, spec: &BlockSpec, scope: &dyn Scope) -> (Val, Diagnostics) {
    let mut decoder = Decoder { evaluator: Evaluator::new(scope) };
    let value = decoder.body(body, spec);
    (value, decoder.evaluator.diagnostics)
}

/// The most precise place in the source of what `path` leads to: an element where it is written out, otherwise what holds it.
pub fn attribute_range(body: &Body, path: &AttributePath) -> Option<Range> {
    in_body(body, path.steps())
}

struct Decoder<'a> {
    evaluator: Evaluator<'a>,
}

impl<'a> Decoder<'a> {
    fn body(&mut self, body: &Body, spec: &BlockSpec) -> Val {
        let mut values = BTreeMap::new();
        for attribute in &body.attributes {
            match spec.attributes.get_key_value(&attribute.name) {
                Some((name, due)) => {
                    let value = self.argument(&attribute.name, attribute.name_range, &attribute.value, due);
                    values.insert(name.clone(), value);
                }
                None => self.unsupported_argument(&attribute.name, attribute.name_range, spec),
            }
        }
        for (name, due) in &spec.attributes {
            if values.contains_key(name) {
                continue;
            }
            if due.presence == Presence::Required {
                let detail = format!("The argument {:?} is required, but is not set.", &**name);
                self.tell(Diagnostic::error("Missing required argument", detail).at(beginning(body)));
            }
            values.insert(name.clone(), Kind::Null(due.ty.clone()).into());
        }
        for block in &body.blocks {
            self.check_block(block, spec);
        }
        for (name, nested) in &spec.blocks {
            let value = self.blocks(body, name, nested);
            values.insert(name.clone(), value);
        }
        Kind::Object(Arc::new(values)).into()
    }

    fn argument(&mut self, name: &str, name_range: Range, expr: &Expr, due: &AttributeSpec) -> Val {
        let errors = self.evaluator.errors();
        let value = self.evaluator.eval(expr);
        if self.evaluator.errors() > errors {
            return Kind::Unknown(due.ty.clone()).into();
        }
        if due.presence == Presence::ProviderOnly {
            if !value.is_null() {
                let detail = format!("The provider alone decides on {name:?}; it can't be set here.");
                self.tell(Diagnostic::error("Invalid configuration for read-only attribute", detail).at(name_range));
            }
            return Kind::Null(due.ty.clone()).into();
        }
        if due.presence == Presence::Required && value.is_null() {
            let detail = format!("The argument {name:?} is required, but its value is null.");
            self.evaluator.fault(expr, "Missing required argument", detail);
        }
        if let Some(instead) = &due.deprecated {
            self.tell(Diagnostic::warning("Argument is deprecated", instead.to_string()).at(name_range));
        }
        convert_to_constraint(&value, &due.constraint).unwrap_or_else(|error| {
            let steps: Vec<Step> = error.path.steps().to_vec();
            let range = deeper(expr, &steps).unwrap_or(expr.range);
            let at = if steps.is_empty() { String::new() } else { format!(" at {}", path_of(name, &steps)) };
            let detail = format!("Inappropriate value for {name:?}{at}: {}.", error.message);
            self.evaluator.fault_at(range, expr, super::phrase::Cause::Other, "Incorrect attribute value type", detail);
            Kind::Unknown(due.ty.clone()).into()
        })
    }

    fn unsupported_argument(&mut self, name: &str, range: Range, spec: &BlockSpec) {
        let detail = match spec.blocks.get(name) {
            Some(_) => format!("{name:?} is a block, not an argument: write {name} {{ ... }}, without the equals sign."),
            None => format!(
                "There is no argument {name:?} here.{}",
                hint(name, spec.attributes.keys().chain(spec.blocks.keys()).map(|name| &**name))
            ),
        };
        self.tell(Diagnostic::error("Unsupported argument", detail).at(range));
    }

    /// Whether a block can be where it is; what it holds is looked at with the others of its type.
    fn check_block(&mut self, block: &Block, spec: &BlockSpec) {
        let (ty, range) = match block_type(block) {
            Some(ty) => ty,
            None => {
                let detail = "A dynamic block has one label: the type of the blocks it makes.";
                return self.tell(Diagnostic::error("Invalid dynamic block", detail).at(block.header));
            }
        };
        if spec.blocks.contains_key(ty) {
            return;
        }
        let detail = match spec.attributes.get(ty) {
            Some(_) => format!("{ty:?} is an argument, not a block: write {ty} = {{ ... }}, with an equals sign."),
            None => {
                format!("There is no block {ty:?} here.{}", hint(ty, spec.blocks.keys().chain(spec.attributes.keys()).map(|name| &**name)))
            }
        };
        self.tell(Diagnostic::error("Unsupported block type", detail).at(range));
    }

    /// The value of all blocks of one type.
    fn blocks(&mut self, body: &Body, ty: &str, nested: &NestedBlockSpec) -> Val {
        let mut made = Made::default();
        let mut last = None;
        for block in body.blocks.iter().filter(|block| block_type(block).is_some_and(|(found, _)| found == ty)) {
            last = Some(block.header);
            if *block.ty == *"dynamic" {
                self.dynamic(block, nested, &mut made);
                continue;
            }
            let labels: Vec<(Cow<'_, str>, Range)> = block.labels.iter().map(|(label, range)| (Cow::Borrowed(&**label), *range)).collect();
            self.one(&block.body, &labels, block.header, nested, &mut made);
        }
        self.check_count(ty, nested, &made, last.unwrap_or(beginning(body)));
        let value: Val = if made.unknown {
            Kind::Unknown(nested.ty()).into()
        } else {
            match nested.nesting {
                Nesting::Single => made.objects.into_iter().next().unwrap_or_else(|| Kind::Null(nested.object.clone()).into()),
                // Where an argument takes any type, the objects may differ in theirs.
                Nesting::List if crate::convert::has_dynamic(&nested.object) => Val::tuple(made.objects),
                Nesting::List => Val::list(nested.object.clone(), made.objects),
                Nesting::Set => Val::set(nested.object.clone(), made.objects),
                Nesting::Map => Val::map(nested.object.clone(), made.keys.into_iter().zip(made.objects)),
            }
        };
        value.marked(made.marks)
    }

    fn one(&mut self, body: &Body, labels: &[(Cow<'_, str>, Range)], header: Range, nested: &NestedBlockSpec, made: &mut Made) {
        match (nested.nesting, labels) {
            (Nesting::Map, [(key, range)]) => {
                if made.keys.iter().any(|known| **known == **key) {
                    let detail = format!("There is another block of the same label {key:?}.");
                    return self.tell(Diagnostic::error("Duplicate block", detail).at(*range));
                }
                made.keys.push(Arc::from(&**key));
            }
            (Nesting::Map, _) => {
                return self.tell(Diagnostic::error("Missing block label", "A block of this type has one label, its key.").at(header));
            }
            (_, []) => {}
            (_, [(_, range), ..]) => {
                return self.tell(Diagnostic::error("Extraneous block label", "A block of this type has no labels.").at(*range));
            }
        }
        let value = self.body(body, &nested.spec);
        made.objects.push(value);
    }

    fn check_count(&mut self, ty: &str, nested: &NestedBlockSpec, made: &Made, range: Range) {
        if made.unknown {
            return;
        }
        let count = made.objects.len();
        let max = if nested.nesting == Nesting::Single { Some(1) } else { nested.max };
        if count < nested.min {
            let detail = format!("At least {} of {ty:?} must be here, not {count}.", blocks(nested.min));
            self.tell(Diagnostic::error(format!("Insufficient {ty} blocks"), detail).at(range));
        } else if let Some(max) = max.filter(|max| count > *max) {
            let detail = format!("At most {} of {ty:?} may be here, not {count}.", blocks(max));
            self.tell(Diagnostic::error(format!("Too many {ty} blocks"), detail).at(range));
        }
    }

    /// `dynamic "type" { for_each = …, iterator = …, labels = […], content { … } }`: a block for each element.
    fn dynamic(&mut self, block: &Block, nested: &NestedBlockSpec, made: &mut Made) {
        let Some(parts) = self.dynamic_parts(block) else { return };
        let errors = self.evaluator.errors();
        let collection = self.evaluator.eval(parts.for_each);
        made.marks |= collection.marks;
        if self.evaluator.errors() > errors {
            made.unknown = true;
            return;
        }
        let Some(pairs) = self.evaluator.pairs(parts.for_each, &collection) else {
            made.unknown = true;
            return;
        };
        for (key, value) in pairs {
            let element = Val::object([("key", key), ("value", value)]);
            let outer = self.evaluator.names.len();
            self.evaluator.names.push((parts.iterator.clone(), element));
            let labels = self.labels(parts.labels);
            if let Some(labels) = labels {
                self.one(&parts.content.body, &labels, block.header, nested, made);
            } else {
                made.unknown = true;
            }
            self.evaluator.names.truncate(outer);
        }
    }

    fn dynamic_parts<'b>(&mut self, block: &'b Block) -> Option<Dynamic<'b>> {
        let mut fault = |detail: &str, range: Range| {
            self.evaluator.diagnostics.push(Diagnostic::error("Invalid dynamic block", detail).at(range));
            None
        };
        for attribute in &block.body.attributes {
            if !matches!(&*attribute.name, "for_each" | "iterator" | "labels") {
                return fault(
                    "A dynamic block has for_each, iterator and labels; arguments belong into its content block.",
                    attribute.name_range,
                );
            }
        }
        let Some(for_each) = block.body.attribute("for_each") else {
            return fault("for_each is missing: what the blocks are made for.", block.header);
        };
        let mut contents = block.body.blocks.iter();
        let (Some(content), None) = (contents.next().filter(|block| *block.ty == *"content"), contents.next()) else {
            return fault("A dynamic block has exactly one block in it: content, which says what each of the blocks holds.", block.header);
        };
        let iterator = match block.body.attribute("iterator") {
            None => block.labels.first()?.0.clone(),
            Some(attribute) => match &attribute.value.kind {
                ExprKind::Variable(name) => name.clone(),
                _ => return fault("The iterator is a bare name, which stands for the element in hand.", attribute.value.range),
            },
        };
        let labels = block.body.attribute("labels").map(|attribute| &attribute.value);
        Some(Dynamic { for_each: &for_each.value, iterator, labels, content })
    }

    /// The labels of a block that is made; `None` if they are not known or can't be, which is told.
    fn labels(&mut self, expr: Option<&Expr>) -> Option<Vec<(Cow<'static, str>, Range)>> {
        let Some(expr) = expr else { return Some(Vec::new()) };
        let value = self.evaluator.eval(expr);
        let elements = value.as_elements().map(<[Val]>::to_vec);
        let labels: Option<Vec<_>> = elements
            .and_then(|elements| elements.iter().map(|element| Some((Cow::Owned(element.as_str()?.to_owned()), expr.range))).collect());
        if labels.is_none() && value.is_wholly_known() {
            self.evaluator.fault(expr, "Invalid dynamic block", "labels must be a list of texts.");
        }
        labels
    }

    fn tell(&mut self, diagnostic: Diagnostic) {
        self.evaluator.diagnostics.push(diagnostic);
    }
}

/// Blocks of one type so far.
#[derive(Default)]
struct Made {
    objects: Vec<Val>,
    keys: Vec<Arc<str>>,
    unknown: bool,
    marks: Marks,
}

/// A `dynamic` block in its parts.
struct Dynamic<'b> {
    for_each: &'b Expr,
    iterator: Arc<str>,
    labels: Option<&'b Expr>,
    content: &'b Block,
}

/// The type of a block or of those it makes, and where that is written.
fn block_type(block: &Block) -> Option<(&str, Range)> {
    if *block.ty != *"dynamic" {
        return Some((&block.ty, block.header));
    }
    match block.labels.as_slice() {
        [(ty, range)] => Some((ty, *range)),
        _ => None,
    }
}

fn blocks(count: usize) -> String {
    if count == 1 { "1 block".to_owned() } else { format!("{count} blocks") }
}

/// Where a body begins: a place for what it lacks.
fn beginning(body: &Body) -> Range {
    Range { end: body.range.start, ..body.range }
}

fn path_of(name: &str, steps: &[Step]) -> AttributePath {
    [Step::Attribute(name.to_owned())].iter().chain(steps).cloned().collect()
}

fn in_body(body: &Body, steps: &[Step]) -> Option<Range> {
    let (Step::Attribute(name), rest) = steps.split_first()? else { return None };
    if let Some(attribute) = body.attribute(name) {
        return Some(deeper(&attribute.value, rest).unwrap_or(if rest.is_empty() { attribute.range } else { attribute.value.range }));
    }
    let mut blocks = body.blocks_of(name);
    let (block, rest) = match rest.split_first() {
        Some((Step::Index(index), rest)) => (blocks.nth(*index)?, rest),
        Some((Step::Key(key), rest)) => (blocks.find(|block| block.labels.first().is_some_and(|(label, _)| **label == **key))?, rest),
        _ => (blocks.next()?, rest),
    };
    Some(in_body(&block.body, rest).unwrap_or(block.header))
}

/// Where in an expression the steps lead; as far as it is written out. `None` if not even the first does.
fn deeper(expr: &Expr, steps: &[Step]) -> Option<Range> {
    let (step, rest) = steps.split_first()?;
    let inner = match (&expr.kind, step) {
        (ExprKind::Parenthesis(inner), _) => return deeper(inner, steps),
        (ExprKind::Tuple(elements), Step::Index(index)) => elements.get(*index)?,
        (ExprKind::Object(items), Step::Attribute(name) | Step::Key(name)) => {
            let is_key = |key: &ObjectKey| match key {
                ObjectKey::Name(key, _) => **key == **name,
                ObjectKey::Expr(Expr { kind: ExprKind::String(key), .. }) => **key == **name,
                ObjectKey::Expr(_) => false,
            };
            &items.iter().rev().find(|(key, _)| is_key(key))?.1
        }
        _ => return None,
    };
    Some(deeper(inner, rest).unwrap_or(inner.range))
}
