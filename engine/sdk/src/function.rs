//! Provider functions: pure, callable without configuration.

use hotswap_value::{Type, Value};

/// What a function takes and gives.
#[derive(Debug, Clone)]
pub struct Signature {
    /// One line.
    pub summary: String,
    /// Markdown.
    pub description: String,
    /// The positional parameters.
    pub parameters: Vec<Parameter>,
    /// What any further arguments are; `None` if there are none.
    pub variadic: Option<Parameter>,
    /// The type of the result.
    pub result: Type,
}

/// One parameter. Arguments are never null or unknown: front ends refuse or postpone such calls.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The name, for messages and documentation.
    pub name: String,
    /// The type.
    pub ty: Type,
    /// Markdown.
    pub description: String,
}

impl Parameter {
    /// A parameter.
    pub fn new(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        Self { name: name.into(), ty, description: description.into() }
    }
}

/// Why a function gave no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// A sentence for the user.
    pub text: String,
    /// The argument at fault, counted from 0, if one is.
    pub argument: Option<i64>,
}

impl FunctionError {
    /// An error of the call as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: None }
    }

    /// An error of the argument at `index`, counted from 0.
    pub fn argument(index: i64, text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: Some(index) }
    }
}

/// A pure function: the same arguments always give the same result; no I/O, no configuration.
pub trait Function: Send + Sync {
    /// What it takes and gives.
    fn signature(&self) -> &Signature;

    /// Calls it. `arguments` has as many values as the signature says, each of its type.
    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError>;
}
