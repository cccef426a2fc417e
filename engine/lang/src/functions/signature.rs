//! What a function is: its name, what it takes, what it gives, and the code behind it.

use hotswap_value::Type;

use super::{Call, FunctionError};
use crate::Val;

/// What a function's code gives.
pub(super) type Outcome = Result<Val, FunctionError>;

/// A function of the language.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// The arguments it must be given.
    pub parameters: &'static [Parameter],
    /// The arguments it may be given after those, any number of them.
    pub variadic: Option<&'static Parameter>,
    pub(super) result: Shape,
    pub(super) code: fn(&Call) -> Outcome,
}

/// An argument a function takes.
///
/// Unless it lets them through, a null is an error, an unknown makes the result unknown, and a mark goes over to the whole result.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What the argument is converted to.
    pub takes: Shape,
    /// Whether null is let through.
    pub null: bool,
    /// Whether what is not known yet is let through.
    pub unknown: bool,
    /// Whether what has no type yet, such as the literal `null`, is let through; otherwise the result has none either.
    pub typeless: bool,
    /// Whether marks are let through, for the code to keep at the parts they belong to.
    pub marks: bool,
}

/// A type as the table has it.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// Any type.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// A list of this.
    List(&'static Shape),
    /// A set of this.
    Set(&'static Shape),
    /// A map of this.
    Map(&'static Shape),
    /// For results: it depends on the arguments, of which some may be unknown or null.
    By(fn(&[Val]) -> Result<Type, FunctionError>),
}

impl Function {
    /// The parameter the argument at `index` is for.
    pub fn parameter(&self, index: usize) -> Option<&'static Parameter> {
        self.parameters.get(index).or(self.variadic)
    }
}

impl Shape {
    /// The type. What depends on arguments is dynamic.
    pub fn ty(self) -> Type {
        match self {
            Self::Any | Self::By(_) => Type::Dynamic,
            Self::Bool => Type::Bool,
            Self::Number => Type::Number,
            Self::String => Type::String,
            Self::List(element) => Type::list(element.ty()),
            Self::Set(element) => Type::set(element.ty()),
            Self::Map(element) => Type::map(element.ty()),
        }
    }
}

/// A function of a fixed number of arguments.
pub(super) const fn function(
    name: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
    result: Shape,
    code: fn(&Call) -> Outcome,
) -> Function {
    Function { name, summary, parameters, variadic: None, result, code }
}

impl Function {
    /// The same function, with any number of further arguments.
    pub(super) const fn and(mut self, variadic: &'static Parameter) -> Self {
        self.variadic = Some(variadic);
        self
    }
}

/// A parameter that lets nothing through.
pub(super) const fn takes(name: &'static str, takes: Shape) -> Parameter {
    Parameter { name, takes, null: false, unknown: false, typeless: false, marks: false }
}

impl Parameter {
    /// The same, letting null through, with a type or without.
    pub(super) const fn or_null(mut self) -> Self {
        self.null = true;
        self.typeless = true;
        self
    }

    /// The same, letting what is not known yet through.
    pub(super) const fn or_unknown(mut self) -> Self {
        self.unknown = true;
        self.typeless = true;
        self
    }

    /// The same, letting only nulls through that have a type.
    pub(super) const fn or_typed_null(mut self) -> Self {
        self.null = true;
        self
    }

    /// The same, letting marks through.
    pub(super) const fn with_marks(mut self) -> Self {
        self.marks = true;
        self
    }
}

/// `list(any)`
pub(super) const LIST: Shape = Shape::List(&Shape::Any);
/// `set(any)`
pub(super) const SET: Shape = Shape::Set(&Shape::Any);
/// `list(string)`
pub(super) const STRINGS: Shape = Shape::List(&Shape::String);
