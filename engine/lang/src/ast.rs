//! The syntax tree that native and JSON files are both read into: bodies, blocks, expressions, each with its place.
//!
//! Literals are final here: numbers are exact, escapes resolved, heredocs dedented, templates flattened.

use std::sync::Arc;

use hotswap_value::Number;

use crate::Range;

/// What a file or block holds. Attributes and blocks keep the order they were written in; names of attributes are unique.
#[derive(Debug, Clone)]
pub struct Body {
    /// `name = expression`.
    pub attributes: Vec<Attribute>,
    /// `type "label" { … }`.
    pub blocks: Vec<Block>,
    /// All of it.
    pub range: Range,
}

/// `name = expression`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name is.
    pub name_range: Range,
    /// Its value.
    pub value: Expr,
    /// All of it.
    pub range: Range,
}

/// `type "label" { … }`.
#[derive(Debug, Clone)]
pub struct Block {
    /// The word it begins with.
    pub ty: Arc<str>,
    /// Its labels and where each is, quotes included.
    pub labels: Vec<(Arc<str>, Range)>,
    /// What is between the braces.
    pub body: Body,
    /// Type and labels.
    pub header: Range,
    /// All of it.
    pub range: Range,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it is.
    pub range: Range,
}

/// What an expression is.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// `1.5`.
    Number(Number),
    /// Text without interpolation.
    String(Arc<str>),
    /// Text with interpolations and directives. One that is a single interpolation and nothing else gives that value as it is.
    Template(Vec<TemplatePart>),
    /// `[a, b]`.
    Tuple(Vec<Expr>),
    /// `{ a = 1, (b) = 2 }`.
    Object(Vec<(ObjectKey, Expr)>),
    /// `var`: the name a traversal begins with, or the variable of a `for`.
    Variable(Arc<str>),
    /// `base.name`, and `base.0`, the old way of writing an index.
    Attribute(Box<Expr>, Arc<str>),
    /// `base[key]`.
    Index(Box<Expr>, Box<Expr>),
    /// `base.*.each` and `base[*].each`: `each` is evaluated for every element, with the element as [`ExprKind::SplatItem`].
    Splat {
        /// What is gone through.
        base: Box<Expr>,
        /// What is taken of each element.
        each: Box<Expr>,
        /// Whether it was written `[*]`, which goes on with indexes; `.*` stops before the first.
        full: bool,
    },
    /// The element in hand within [`ExprKind::Splat`].
    SplatItem,
    /// `name(arguments...)`. The name of a provider's function is whole: `provider::hotswap::semver_latest`.
    Call {
        /// The function.
        name: Arc<str>,
        /// Where its name is.
        name_range: Range,
        /// The arguments.
        arguments: Vec<Expr>,
        /// Whether the last argument is a list of further arguments (`...`).
        expand: bool,
    },
    /// `condition ? yes : no`.
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `-a`, `!a`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`.
    Binary(Box<Expr>, BinaryOp, Box<Expr>),
    /// `[for …]` and `{for …}`.
    For(Box<For>),
    /// `(a)`: matters where an object's key is given.
    Parenthesis(Box<Expr>),
}

/// The key of an object's item.
#[derive(Debug, Clone)]
pub enum ObjectKey {
    /// A bare word, taken as text.
    Name(Arc<str>, Range),
    /// Anything else; converted to text.
    Expr(Expr),
}

/// A part of a template.
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// As it is.
    Text(Arc<str>),
    /// `${…}`.
    Interpolation(Expr),
    /// `%{if …}…%{else}…%{endif}`.
    If(Box<(Expr, Vec<TemplatePart>, Vec<TemplatePart>)>),
    /// `%{for key, value in …}…%{endfor}`.
    For(Box<TemplateFor>),
}

/// `%{for key, value in collection}…%{endfor}`.
#[derive(Debug, Clone)]
pub struct TemplateFor {
    /// The name of the key or index, if one is given.
    pub key: Option<Arc<str>>,
    /// The name of the element.
    pub value: Arc<str>,
    /// What is gone through.
    pub collection: Expr,
    /// What is written for each element.
    pub body: Vec<TemplatePart>,
}

/// `[for k, v in collection : value if condition]`, `{for k, v in collection : key => value... if condition}`.
#[derive(Debug, Clone)]
pub struct For {
    /// The name of the key or index, if one is given.
    pub key_name: Option<Arc<str>>,
    /// The name of the element.
    pub value_name: Arc<str>,
    /// What is gone through.
    pub collection: Expr,
    /// The key of each item; present where an object is made.
    pub key: Option<Expr>,
    /// The value of each item.
    pub value: Expr,
    /// Which elements count.
    pub condition: Option<Expr>,
    /// Whether values of the same key are gathered (`...`).
    pub group: bool,
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say it")]
pub enum BinaryOp {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    And,
    Or,
}

impl Body {
    /// The attribute of that name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// The blocks of that type.
    pub fn blocks_of<'a>(&'a self, ty: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| &*block.ty == ty)
    }
}

impl Expr {
    /// Shows this expression and every one in it, outermost first.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        visit(self);
        match &self.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Variable(_)
            | ExprKind::SplatItem => {}
            ExprKind::Template(parts) => walk_parts(parts, visit),
            ExprKind::Tuple(elements) => elements.iter().for_each(|element| element.walk(visit)),
            ExprKind::Object(items) => {
                for (key, value) in items {
                    if let ObjectKey::Expr(key) = key {
                        key.walk(visit);
                    }
                    value.walk(visit);
                }
            }
            ExprKind::Attribute(base, _) | ExprKind::Unary(_, base) | ExprKind::Parenthesis(base) => base.walk(visit),
            ExprKind::Index(base, key) => {
                base.walk(visit);
                key.walk(visit);
            }
            ExprKind::Splat { base, each, .. } => {
                base.walk(visit);
                each.walk(visit);
            }
            ExprKind::Call { arguments, .. } => arguments.iter().for_each(|argument| argument.walk(visit)),
            ExprKind::Conditional(condition, yes, no) => [condition, yes, no].into_iter().for_each(|part| part.walk(visit)),
            ExprKind::Binary(left, _, right) => [left, right].into_iter().for_each(|side| side.walk(visit)),
            ExprKind::For(it) => {
                it.collection.walk(visit);
                it.key.iter().chain([&it.value]).chain(&it.condition).for_each(|part| part.walk(visit));
            }
        }
    }
}

fn walk_parts<'e>(parts: &'e [TemplatePart], visit: &mut dyn FnMut(&'e Expr)) {
    for part in parts {
        match part {
            TemplatePart::Text(_) => {}
            TemplatePart::Interpolation(expr) => expr.walk(visit),
            TemplatePart::If(it) => {
                it.0.walk(visit);
                walk_parts(&it.1, visit);
                walk_parts(&it.2, visit);
            }
            TemplatePart::For(it) => {
                it.collection.walk(visit);
                walk_parts(&it.body, visit);
            }
        }
    }
}
