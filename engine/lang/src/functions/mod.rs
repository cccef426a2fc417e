//! The language's functions: one file a family, each with its part of the table.
//!
//! `try` and `can` are not in it: they don't evaluate their arguments before the call but look at whether each can be. Who evaluates
//! calls asks [`is_lazy`] first and does these itself. `type` is the console's alone: it prints [`type_text`] of a value's type.

mod arguments;
mod charset;
mod collection;
mod conversion;
mod csv;
mod date_format;
mod datetime;
mod encoding;
mod equality;
mod fileset;
mod filesystem;
mod format;
mod format_number;
mod format_verb;
mod hash;
mod json;
mod map;
mod network;
mod numeric;
mod pattern;
mod regex;
mod sequence;
mod set;
mod signature;
mod string;
mod template;
mod type_text;
mod yaml_decode;
mod yaml_encode;

use std::sync::LazyLock;

use hotswap_value::Type;

use crate::{Kind, Marks, Scope, Val, convert::convert};

use arguments::Call;
pub use signature::{Function, Parameter, Shape};
pub use type_text::type_text;

/// Why a function gave no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionError {
    /// The argument at fault, counted from 0.
    pub argument: Option<usize>,
    /// A sentence for the user, without a capital at its start: it follows "Call to function … failed: ".
    pub text: String,
}

impl FunctionError {
    /// A fault of the call as a whole.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { argument: None, text: text.into() }
    }

    /// A fault of one argument: what is wrong with it, to be read after its name ("must be …").
    pub(crate) fn at(argument: usize, text: impl Into<String>) -> Self {
        Self { argument: Some(argument), text: text.into() }
    }
}

static TABLE: LazyLock<Vec<&'static Function>> = LazyLock::new(|| {
    let families = [
        collection::FUNCTIONS,
        conversion::FUNCTIONS,
        csv::FUNCTIONS,
        datetime::FUNCTIONS,
        encoding::FUNCTIONS,
        fileset::FUNCTIONS,
        filesystem::FUNCTIONS,
        format::FUNCTIONS,
        hash::FUNCTIONS,
        json::FUNCTIONS,
        map::FUNCTIONS,
        network::FUNCTIONS,
        numeric::FUNCTIONS,
        regex::FUNCTIONS,
        sequence::FUNCTIONS,
        set::FUNCTIONS,
        string::FUNCTIONS,
        template::FUNCTIONS,
        yaml_decode::FUNCTIONS,
        yaml_encode::FUNCTIONS,
    ];
    let mut functions: Vec<_> = families.into_iter().flatten().collect();
    functions.sort_by_key(|function| function.name);
    functions
});

/// Calls a function by name: arguments are converted, null and unknown ones and marks are treated as the function's parameters say.
/// `None` if there is no such function, or if it is a lazy one.
///
/// The name may begin with `core::`, the namespace of the language's own functions.
pub fn call(name: &str, arguments: &[Val], scope: &dyn Scope) -> Option<Result<Val, FunctionError>> {
    let function = find(name)?;
    let result = apply(function, arguments, scope).map_err(|error| match error.argument.and_then(|index| function.parameter(index)) {
        Some(parameter) => FunctionError { text: format!("{} {}", parameter.name, error.text), ..error },
        None => error,
    });
    Some(result)
}

/// The function of that name, with what it takes.
pub fn find(name: &str) -> Option<&'static Function> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    TABLE.binary_search_by_key(&name, |function| function.name).ok().map(|index| TABLE[index])
}

/// Every function but the lazy ones, by name.
pub fn all() -> impl Iterator<Item = &'static Function> {
    TABLE.iter().copied()
}

/// The names of all functions, lazy ones too, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<_> = all().map(|function| function.name).chain(LAZY).collect();
    names.sort_unstable();
    names.into_iter()
}

const LAZY: [&str; 2] = ["can", "try"];

/// Whether a call of that function evaluates its arguments itself, one after the other: `try`, `can`.
pub fn is_lazy(name: &str) -> bool {
    LAZY.contains(&name.strip_prefix("core::").unwrap_or(name))
}

fn apply(function: &Function, arguments: &[Val], scope: &dyn Scope) -> Result<Val, FunctionError> {
    check_count(function, arguments.len())?;
    let mut marks = Marks::NONE;
    let mut typeless = false;
    let mut unknown = false;
    let mut converted = Vec::with_capacity(arguments.len());
    for (index, argument) in arguments.iter().enumerate() {
        let Some(parameter) = function.parameter(index) else { break };
        let mut argument = match parameter.takes {
            Shape::Any => argument.clone(),
            shape => {
                convert(argument, &shape.ty()).map_err(|error| FunctionError::at(index, format!("can't be taken as it is: {error}")))?
            }
        };
        if !parameter.marks {
            argument = argument.unmarked(&mut marks);
        }
        if argument.is_null() && !parameter.null {
            return Err(FunctionError::at(index, "must not be null"));
        }
        if argument.is_unknown() && !parameter.unknown {
            unknown = true;
            // The mark of an unknown argument would be lost with it.
            marks |= argument.marks;
        }
        typeless |= matches!(argument.kind, Kind::Null(Type::Dynamic) | Kind::Unknown(Type::Dynamic)) && !parameter.typeless;
        converted.push(argument);
    }
    if typeless {
        return Ok(Val::unknown().marked(marks));
    }
    if unknown {
        let ty = match function.result {
            Shape::By(decide) => decide(&converted)?,
            shape => shape.ty(),
        };
        return Ok(Val::from(Kind::Unknown(ty)).marked(marks));
    }
    Ok((function.code)(&Call { arguments: &converted, scope })?.marked(marks))
}

fn check_count(function: &Function, given: usize) -> Result<(), FunctionError> {
    let least = function.parameters.len();
    if given < least {
        let missing = function.parameters[given].name;
        return Err(FunctionError::new(format!("it takes {}, and {missing} is missing", arguments_in_words(function))));
    }
    if given > least && function.variadic.is_none() {
        return Err(FunctionError::new(format!("it takes {}, not {given}", arguments_in_words(function))));
    }
    Ok(())
}

fn arguments_in_words(function: &Function) -> String {
    let least = if function.variadic.is_some() { "at least " } else { "" };
    match function.parameters.len() {
        0 => format!("{least}no arguments"),
        1 => format!("{least}one argument"),
        count => format!("{least}{count} arguments"),
    }
}

#[cfg(test)]
mod tests;
