//! Patterns: searching and replacing. The syntax is RE2's, as in Terraform; what the `regex` crate reads otherwise is rewritten first.

use std::sync::Arc;

use hotswap_value::Type;
use regex::{Captures, Regex, RegexBuilder};

use super::{
    Call, Function, FunctionError, Parameter, Shape,
    pattern::to_rust,
    signature::{Outcome, function, takes},
};
use crate::{Kind, Val};

/// The most memory a compiled pattern may take, in bytes.
const MOST_MEMORY: usize = 10 << 20;

const PATTERN: Parameter = takes("pattern", Shape::String);
const STRING: Parameter = takes("string", Shape::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "regex",
        "What a pattern matches first: its groups, or all of it if it has none",
        &[PATTERN, STRING],
        Shape::By(match_type),
        first,
    ),
    function(
        "regexall",
        "A list of all that a pattern matches",
        &[PATTERN, STRING],
        Shape::By(|arguments| match_type(arguments).map(Type::list)),
        all,
    ),
    function(
        "replace",
        "The text with every occurrence of another, or of a /pattern/, replaced",
        &[takes("str", Shape::String), takes("substr", Shape::String), takes("replace", Shape::String)],
        Shape::String,
        replace,
    ),
];

fn compile(pattern: &str, argument: usize) -> Result<Regex, FunctionError> {
    RegexBuilder::new(&to_rust(pattern)).size_limit(MOST_MEMORY).build().map_err(|error| {
        let why = match error {
            regex::Error::CompiledTooBig(_) => "it is too big".to_owned(),
            // The parser's message draws the pattern over several lines; the last one says what is wrong with it.
            error => error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        };
        FunctionError::at(argument, format!("must be a pattern, which {pattern:?} is not: {why}"))
    })
}

/// What a match of a pattern is turned into.
enum Groups {
    /// There are none: all of the match, as a string.
    None,
    /// A tuple of this many strings.
    Numbered(usize),
    /// An object of strings.
    Named(Vec<Arc<str>>),
}

impl Groups {
    fn of(pattern: &Regex) -> Result<Self, FunctionError> {
        let groups = pattern.capture_names().skip(1);
        let count = groups.len();
        let names: Vec<Arc<str>> = groups.flatten().map(Arc::from).collect();
        match (count, names.len()) {
            (0, _) => Ok(Self::None),
            (_, 0) => Ok(Self::Numbered(count)),
            (_, named) if named == count => Ok(Self::Named(names)),
            _ => Err(FunctionError::at(0, "must have either only groups with names or only groups without")),
        }
    }

    fn ty(&self) -> Type {
        match self {
            Self::None => Type::String,
            Self::Numbered(count) => Type::Tuple(vec![Type::String; *count]),
            Self::Named(names) => Type::object(names.iter().map(|name| (&**name, Type::String))),
        }
    }

    fn value(&self, captures: &Captures) -> Val {
        let text = |found: Option<regex::Match>| found.map_or(Kind::Null(Type::String).into(), |found| Val::from(found.as_str()));
        match self {
            Self::None => text(captures.get(0)),
            Self::Numbered(count) => Val::tuple((1..=*count).map(|index| text(captures.get(index)))),
            Self::Named(names) => Val::object(names.iter().map(|name| (name.clone(), text(captures.name(name))))),
        }
    }
}

fn match_type(arguments: &[Val]) -> Result<Type, FunctionError> {
    match arguments[0].as_str() {
        Some(pattern) => Ok(Groups::of(&compile(pattern, 0)?)?.ty()),
        None => Ok(Type::Dynamic),
    }
}

fn first(call: &Call) -> Outcome {
    let pattern = compile(call.text(0), 0)?;
    let groups = Groups::of(&pattern)?;
    let captures = pattern.captures(call.text(1)).ok_or_else(|| FunctionError::at(0, "must match some part of the string, and doesn't"))?;
    Ok(groups.value(&captures))
}

fn all(call: &Call) -> Outcome {
    let pattern = compile(call.text(0), 0)?;
    let groups = Groups::of(&pattern)?;
    Ok(Val::list(groups.ty(), pattern.captures_iter(call.text(1)).map(|captures| groups.value(&captures))))
}

fn replace(call: &Call) -> Outcome {
    let [text, searched, by] = [call.text(0), call.text(1), call.text(2)];
    let replaced = match searched.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
        Some(pattern) => compile(pattern, 1)?.replace_all(text, by).into_owned(),
        None => text.replace(searched, by),
    };
    Ok(replaced.into())
}
