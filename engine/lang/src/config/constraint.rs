//! Type constraints: from expressions such as `list(object({ a = optional(string, "x") }))`, and back to text.

use std::{collections::BTreeMap, fmt, sync::Arc};

use hotswap_value::Type;

use super::{Constraint, ObjectAttribute, arguments::did_you_mean, constant};
use crate::{
    Diagnostic, Range,
    ast::{Expr, ExprKind, ObjectKey},
    convert,
};

type Parsed<T> = Result<T, Vec<Diagnostic>>;

fn fault<T>(range: Range, detail: impl Into<String>) -> Parsed<T> {
    Err(vec![Diagnostic::error("Invalid type", detail).at(range)])
}

/// Reads the `type` of a variable.
pub(super) fn parse(expr: &Expr) -> Parsed<Constraint> {
    // Terraform keeps these two words from its early days.
    match &expr.kind {
        ExprKind::Variable(word) if &**word == "list" => return Ok(Constraint::List(Box::new(Constraint::Any))),
        ExprKind::Variable(word) if &**word == "map" => return Ok(Constraint::Map(Box::new(Constraint::Any))),
        _ => {}
    }
    constraint(expr)
}

fn constraint(expr: &Expr) -> Parsed<Constraint> {
    const SIMPLE: [&str; 4] = ["string", "number", "bool", "any"];
    const COMPLEX: [&str; 5] = ["list", "set", "map", "object", "tuple"];
    match &expr.kind {
        ExprKind::Variable(word) => match &**word {
            "string" => Ok(Constraint::Primitive(Type::String)),
            "number" => Ok(Constraint::Primitive(Type::Number)),
            "bool" => Ok(Constraint::Primitive(Type::Bool)),
            "any" => Ok(Constraint::Any),
            "list" | "set" | "map" => {
                fault(expr.range, format!("The type of the elements is due: write {word}(any), {word}(string) or the like."))
            }
            "object" => fault(expr.range, "The types of the attributes are due: write object({ name = string }) or the like."),
            "tuple" => fault(expr.range, "The types of the elements are due: write tuple([string, number]) or the like."),
            word => fault(expr.range, format!("{word:?} is no type.{}", did_you_mean(word, SIMPLE.into_iter().chain(COMPLEX)))),
        },
        ExprKind::Call { name, arguments, name_range, .. } => {
            let [argument] = &arguments[..] else {
                let detail = match &**name {
                    "optional" => "optional(…) marks an attribute of an object type and can stand nowhere else.".to_owned(),
                    name if COMPLEX.contains(&name) => format!("{name}(…) takes one argument; here are {}.", arguments.len()),
                    name => format!("{name:?} is no type.{}", did_you_mean(name, COMPLEX)),
                };
                return fault(*name_range, detail);
            };
            match &**name {
                "list" => Ok(Constraint::List(Box::new(constraint(argument)?))),
                "set" => Ok(Constraint::Set(Box::new(constraint(argument)?))),
                "map" => Ok(Constraint::Map(Box::new(constraint(argument)?))),
                "object" => object(argument),
                "tuple" => match &argument.kind {
                    ExprKind::Tuple(elements) => Ok(Constraint::Tuple(elements.iter().map(constraint).collect::<Result<_, _>>()?)),
                    _ => fault(argument.range, "tuple(…) takes the types of its elements in a list: tuple([string, number])."),
                },
                "optional" => fault(*name_range, "optional(…) marks an attribute of an object type and can stand nowhere else."),
                name if SIMPLE.contains(&name) => fault(*name_range, format!("{name} takes no arguments.")),
                name => fault(*name_range, format!("{name:?} is no type.{}", did_you_mean(name, COMPLEX))),
            }
        }
        ExprKind::String(text) if SIMPLE.contains(&&**text) => fault(expr.range, format!("A type is written without quotes: {text}.")),
        ExprKind::String(_) => fault(expr.range, "A type is written without quotes, as in list(string)."),
        _ => fault(expr.range, "A type is due here: string, number, bool, any, list(…), set(…), map(…), object({ … }) or tuple([ … ])."),
    }
}

fn object(argument: &Expr) -> Parsed<Constraint> {
    let ExprKind::Object(items) = &argument.kind else {
        return fault(argument.range, "object(…) takes its attributes and their types: object({ name = string }).");
    };
    let mut attributes: BTreeMap<Arc<str>, ObjectAttribute> = BTreeMap::new();
    for (key, value) in items {
        let (name, range) = match key {
            ObjectKey::Name(name, range) => (name.clone(), *range),
            ObjectKey::Expr(Expr { kind: ExprKind::String(name), range }) => (name.clone(), *range),
            ObjectKey::Expr(key) => return fault(key.range, "The name of an attribute is due here."),
        };
        if attributes.insert(name.clone(), attribute(value)?).is_some() {
            return fault(range, format!("The attribute {:?} has a type already.", &*name));
        }
    }
    Ok(Constraint::Object(attributes))
}

fn attribute(expr: &Expr) -> Parsed<ObjectAttribute> {
    let ExprKind::Call { name, arguments, .. } = &expr.kind else {
        return Ok(ObjectAttribute { ty: constraint(expr)?, optional: false, default: None });
    };
    if &**name != "optional" {
        return Ok(ObjectAttribute { ty: constraint(expr)?, optional: false, default: None });
    }
    match &arguments[..] {
        [ty] => Ok(ObjectAttribute { ty: constraint(ty)?, optional: true, default: None }),
        [ty, default] => {
            let ty = constraint(ty)?;
            let value = constant::evaluate(default)?;
            match convert::convert_to_constraint(&value, &ty) {
                Ok(value) => Ok(ObjectAttribute { ty, optional: true, default: Some(value) }),
                Err(error) => Err(vec![
                    Diagnostic::error("Invalid default of an attribute", format!("It is not of its type: {error}.")).at(default.range),
                ]),
            }
        }
        _ => fault(expr.range, "optional(…) takes a type and, if one is wanted, a default."),
    }
}

impl Constraint {
    /// What allows every value.
    pub fn any() -> Self {
        Self::Any
    }
}

/// As it is written.
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Primitive(ty) => write!(f, "{ty}"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Tuple(elements) => {
                f.write_str("tuple([")?;
                for (index, element) in elements.iter().enumerate() {
                    write!(f, "{}{element}", if index == 0 { "" } else { ", " })?;
                }
                f.write_str("])")
            }
            Self::Object(attributes) => {
                f.write_str("object({")?;
                for (index, (name, attribute)) in attributes.iter().enumerate() {
                    let comma = if index == 0 { " " } else { ", " };
                    if attribute.optional {
                        write!(f, "{comma}{name} = optional({})", attribute.ty)?;
                    } else {
                        write!(f, "{comma}{name} = {}", attribute.ty)?;
                    }
                }
                f.write_str(" })")
            }
        }
    }
}
