//! Conversion to the type a variable declares: optional attributes, their defaults, `any` within collections.

use std::{collections::BTreeMap, sync::Arc};

use hotswap_value::{Step, Type};

use super::{ConvertError, at, has_dynamic, same_type, source_element, with_article};
use crate::{Kind, Val, config::Constraint};

/// The value as one the constraint allows. Optional attributes that are absent or null become their default.
pub fn convert_to_constraint(value: &Val, constraint: &Constraint) -> Result<Val, ConvertError> {
    constrained(value, constraint)
}

/// The type of the values that a constraint allows; [`Type::Dynamic`] for `any`.
pub fn type_of_constraint(constraint: &Constraint) -> Type {
    match constraint {
        Constraint::Any => Type::Dynamic,
        Constraint::Primitive(ty) => ty.clone(),
        Constraint::List(element) => Type::list(type_of_constraint(element)),
        Constraint::Set(element) => Type::set(type_of_constraint(element)),
        Constraint::Map(element) => Type::map(type_of_constraint(element)),
        Constraint::Tuple(elements) => Type::Tuple(elements.iter().map(type_of_constraint).collect()),
        Constraint::Object(attributes) => {
            Type::object(attributes.iter().map(|(name, attribute)| (&**name, type_of_constraint(&attribute.ty))))
        }
    }
}

fn constrained(value: &Val, constraint: &Constraint) -> Result<Val, ConvertError> {
    if let Kind::Null(_) | Kind::Unknown(_) = value.kind {
        return of_type(value, constraint);
    }
    let kind = match (constraint, &value.kind) {
        (Constraint::Any, _) => return Ok(value.clone()),
        (Constraint::Primitive(ty), _) => return at(value, ty),
        (Constraint::List(element) | Constraint::Set(element), Kind::List(..) | Kind::Set(..) | Kind::Tuple(_)) => {
            let in_set = matches!(value.kind, Kind::Set(..));
            let elements = value.as_elements().unwrap_or_default().iter().enumerate();
            let elements = elements.map(|(index, value)| {
                constrained(value, element).map_err(|error| if in_set { error } else { error.under(Step::Index(index)) })
            });
            let elements = elements.collect::<Result<Vec<_>, _>>()?;
            let (ty, elements) = same_type(&type_of_constraint(element), elements, source_element(value))?;
            let result = if matches!(constraint, Constraint::Set(_)) { Val::set(ty, elements) } else { Val::list(ty, elements) };
            return Ok(result.marked(value.marks));
        }
        (Constraint::Map(element), Kind::Map(_, elements) | Kind::Object(elements)) => {
            let values =
                elements.iter().map(|(key, value)| constrained(value, element).map_err(|error| error.under(Step::Key(key.to_string()))));
            let values = values.collect::<Result<Vec<_>, _>>()?;
            let (ty, values) = same_type(&type_of_constraint(element), values, source_element(value))?;
            Kind::Map(ty, Arc::new(elements.keys().cloned().zip(values).collect()))
        }
        (Constraint::Tuple(constraints), Kind::Tuple(elements)) if constraints.len() == elements.len() => {
            let elements = constraints.iter().zip(elements.iter()).enumerate();
            let elements = elements
                .map(|(index, (constraint, value))| constrained(value, constraint).map_err(|error| error.under(Step::Index(index))));
            Kind::Tuple(Arc::new(elements.collect::<Result<_, _>>()?))
        }
        (Constraint::Object(constraints), Kind::Map(_, elements) | Kind::Object(elements)) => {
            let mut attributes = BTreeMap::new();
            for (name, constraint) in constraints {
                let value = match elements.get(name) {
                    Some(value) if !(value.is_null() && constraint.optional) => {
                        constrained(value, &constraint.ty).map_err(|error| error.under(Step::Attribute(name.to_string())))?
                    }
                    None if !constraint.optional => {
                        return Err(ConvertError::new(format!("attribute {:?} is required", &**name)));
                    }
                    _ => match &constraint.default {
                        Some(default) => default.clone(),
                        None => Kind::Null(type_of_constraint(&constraint.ty)).into(),
                    },
                };
                attributes.insert(name.clone(), value);
            }
            Kind::Object(Arc::new(attributes))
        }
        _ => return of_type(value, constraint),
    };
    Ok(Val { kind, marks: value.marks })
}

/// A value without attributes to be filled in, or one that doesn't fit.
fn of_type(value: &Val, constraint: &Constraint) -> Result<Val, ConvertError> {
    let ty = type_of_constraint(constraint);
    let Kind::Unknown(from) = &value.kind else { return at(value, &ty) };
    if *from == Type::Dynamic || may_fit(from, constraint) {
        let ty = if has_dynamic(&ty) && ty == Type::Dynamic { from.clone() } else { ty };
        return Ok(Val { kind: Kind::Unknown(ty), marks: value.marks });
    }
    Err(ConvertError::new(format!("{} is required, not {}", with_article(&ty), with_article(from))))
}

/// Whether values of a type can be what a constraint allows.
fn may_fit(from: &Type, constraint: &Constraint) -> bool {
    match (from, constraint) {
        (Type::Dynamic, _) | (_, Constraint::Any) => true,
        (from, Constraint::Primitive(ty)) => super::unify::can_convert(from, ty, true),
        (Type::List(from) | Type::Set(from), Constraint::List(to) | Constraint::Set(to)) => may_fit(from, to),
        (Type::Tuple(from), Constraint::List(to) | Constraint::Set(to)) => from.iter().all(|from| may_fit(from, to)),
        (Type::Tuple(from), Constraint::Tuple(to)) => from.len() == to.len() && from.iter().zip(to).all(|(from, to)| may_fit(from, to)),
        (Type::Map(from), Constraint::Map(to)) => may_fit(from, to),
        (Type::Object(from), Constraint::Map(to)) => from.values().all(|from| may_fit(from, to)),
        (Type::Map(from), Constraint::Object(to)) => to.values().all(|to| may_fit(from, &to.ty)),
        (Type::Object(from), Constraint::Object(to)) => to.iter().all(|(name, to)| match from.get(&**name) {
            Some(from) => may_fit(from, &to.ty),
            None => to.optional,
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ObjectAttribute;

    fn attribute(ty: Type, optional: bool, default: Option<Val>) -> ObjectAttribute {
        ObjectAttribute { ty: Constraint::Primitive(ty), optional, default }
    }

    #[test]
    fn optional_attributes_are_filled_in_wherever_the_object_is() {
        let object = Constraint::Object(BTreeMap::from([
            ("a".into(), attribute(Type::String, false, None)),
            ("b".into(), attribute(Type::Number, true, Some(1_i64.into()))),
            ("c".into(), attribute(Type::Bool, true, None)),
        ]));
        let given = Val::tuple([Val::object([("a", 5_i64.into()), ("b", Val::null())])]);
        let list = convert_to_constraint(&given, &Constraint::List(Box::new(object))).unwrap();
        let expected = Val::object([("a", "5".into()), ("b", 1_i64.into()), ("c", Kind::Null(Type::Bool).into())]);
        assert_eq!(list.as_elements().unwrap(), [expected]);
    }

    #[test]
    fn a_required_attribute_that_is_absent_is_named() {
        let object = Constraint::Object(BTreeMap::from([("a".into(), attribute(Type::String, false, None))]));
        let given = Val::object([("x", Val::object::<&str>([]))]);
        let error = convert_to_constraint(&given, &Constraint::Map(Box::new(object))).unwrap_err();
        assert_eq!(error.to_string(), r#"["x"]: attribute "a" is required"#);
    }

    #[test]
    fn any_within_a_collection_is_one_type() {
        let list = Constraint::List(Box::new(Constraint::Any));
        let value = convert_to_constraint(&Val::tuple([true.into(), "a".into()]), &list).unwrap();
        assert_eq!(value.ty(), Type::list(Type::String));
    }
}
