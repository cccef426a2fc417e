//! A value while it is evaluated: it knows its type and its marks, and is cheap to clone.
//!
//! [`hotswap_value::Value`] is what travels to providers and files; conversion is at the border, by [`Val::new`] and [`Val::to_value`].

mod marks;
mod set_order;

use std::{collections::BTreeMap, sync::Arc};

use hotswap_value::{AttributePath, Number, Step, Type, Typed, Value, composed};

pub use self::marks::Marks;

/// A value with its type and its marks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Val {
    /// The value.
    pub kind: Kind,
    /// Whether it is sensitive or ephemeral. A part may be while the whole is not; a whole that is makes its parts so.
    pub marks: Marks,
}

/// The value without its marks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// No value, of a type; [`Type::Dynamic`] for the literal `null`.
    Null(Type),
    /// True or false.
    Bool(bool),
    /// An exact decimal.
    Number(Number),
    /// Text.
    String(Arc<str>),
    /// Elements of one type.
    List(Type, Arc<Vec<Val>>),
    /// Elements of one type, sorted as Terraform goes through them, each once; those not wholly known may turn out the same.
    Set(Type, Arc<Vec<Val>>),
    /// Elements of one type by key.
    Map(Type, Arc<BTreeMap<Arc<str>, Val>>),
    /// Elements each of its own type.
    Tuple(Arc<Vec<Val>>),
    /// Named attributes each of its own type.
    Object(Arc<BTreeMap<Arc<str>, Val>>),
    /// Not known yet, of a type; [`Type::Dynamic`] if that isn't known either.
    Unknown(Type),
}

impl From<Kind> for Val {
    fn from(kind: Kind) -> Self {
        Self { kind, marks: Marks::NONE }
    }
}

impl Val {
    /// The literal `null`.
    pub fn null() -> Self {
        Kind::Null(Type::Dynamic).into()
    }

    /// Nothing known of it, not even the type.
    pub fn unknown() -> Self {
        Kind::Unknown(Type::Dynamic).into()
    }

    /// A tuple.
    pub fn tuple(elements: impl IntoIterator<Item = Val>) -> Self {
        Kind::Tuple(Arc::new(elements.into_iter().collect())).into()
    }

    /// An object.
    pub fn object<K: Into<Arc<str>>>(attributes: impl IntoIterator<Item = (K, Val)>) -> Self {
        Kind::Object(Arc::new(attributes.into_iter().map(|(name, value)| (name.into(), value)).collect())).into()
    }

    /// A list of elements of type `element`.
    pub fn list(element: Type, elements: impl IntoIterator<Item = Val>) -> Self {
        Kind::List(element, Arc::new(elements.into_iter().collect())).into()
    }

    /// A set of elements of type `element`. A mark of an element becomes the whole's.
    pub fn set(element: Type, elements: impl IntoIterator<Item = Val>) -> Self {
        let mut marks = Marks::NONE;
        let mut elements: Vec<_> = elements.into_iter().map(|element| element.unmarked(&mut marks)).collect();
        set_order::sort(&mut elements);
        elements.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self { kind: Kind::Set(element, Arc::new(elements)), marks }
    }

    /// A map of elements of type `element`.
    pub fn map<K: Into<Arc<str>>>(element: Type, elements: impl IntoIterator<Item = (K, Val)>) -> Self {
        Kind::Map(element, Arc::new(elements.into_iter().map(|(key, value)| (key.into(), value)).collect())).into()
    }

    /// The type. Elements of dynamic type make it so only where they are null or unknown.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Null(ty) | Kind::Unknown(ty) => ty.clone(),
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::List(element, _) => Type::list(element.clone()),
            Kind::Set(element, _) => Type::set(element.clone()),
            Kind::Map(element, _) => Type::map(element.clone()),
            Kind::Tuple(elements) => Type::Tuple(elements.iter().map(Self::ty).collect()),
            Kind::Object(attributes) => Type::object(attributes.iter().map(|(name, value)| (&**name, value.ty()))),
        }
    }

    /// Whether there is no value.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// Whether the value as a whole is not known yet.
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Unknown(_))
    }

    /// Whether nothing in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match &self.kind {
            Kind::Unknown(_) => false,
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => elements.iter().all(Self::is_wholly_known),
            Kind::Map(_, elements) | Kind::Object(elements) => elements.values().all(Self::is_wholly_known),
            _ => true,
        }
    }

    /// Its marks and those of its parts.
    pub fn all_marks(&self) -> Marks {
        let of = |marks: Marks, value: &Self| marks | value.all_marks();
        match &self.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => elements.iter().fold(self.marks, of),
            Kind::Map(_, elements) | Kind::Object(elements) => elements.values().fold(self.marks, of),
            _ => self.marks,
        }
    }

    /// The same value with these marks besides those it has.
    #[must_use]
    pub fn marked(mut self, marks: Marks) -> Self {
        self.marks |= marks;
        self
    }

    /// The same value without any mark, its parts' included; they are added to `marks`.
    #[must_use]
    pub fn unmarked(mut self, marks: &mut Marks) -> Self {
        let own = self.all_marks();
        if !own.any() {
            return self;
        }
        *marks |= own;
        self.marks = Marks::NONE;
        let strip = |value: &Val| value.clone().unmarked(&mut Marks::default());
        self.kind = match self.kind {
            Kind::List(ty, elements) => Kind::List(ty, Arc::new(elements.iter().map(strip).collect())),
            Kind::Set(ty, elements) => Kind::Set(ty, Arc::new(elements.iter().map(strip).collect())),
            Kind::Tuple(elements) => Kind::Tuple(Arc::new(elements.iter().map(strip).collect())),
            Kind::Map(ty, elements) => Kind::Map(ty, Arc::new(elements.iter().map(|(key, value)| (key.clone(), strip(value))).collect())),
            Kind::Object(elements) => Kind::Object(Arc::new(elements.iter().map(|(key, value)| (key.clone(), strip(value))).collect())),
            kind => kind,
        };
        self
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is a bool.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The elements of a list, set or tuple.
    pub fn as_elements(&self) -> Option<&[Val]> {
        match &self.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => Some(elements),
            _ => None,
        }
    }

    /// The elements of a map, or the attributes of an object.
    pub fn as_map(&self) -> Option<&BTreeMap<Arc<str>, Val>> {
        match &self.kind {
            Kind::Map(_, elements) | Kind::Object(elements) => Some(elements),
            _ => None,
        }
    }

    /// A value of type `ty`, which it must conform to; what doesn't is taken as unknown. Without marks.
    pub fn new(value: &Value, ty: &Type) -> Self {
        let kind = match (ty, value) {
            (ty, Value::Null) => Kind::Null(ty.clone()),
            (ty, Value::Unknown) => Kind::Unknown(ty.clone()),
            (_, Value::Dynamic(typed)) => return Self::new(&typed.value, &typed.ty),
            (Type::Dynamic, value) => return Self::new(value, &Type::of(value)),
            (_, Value::Bool(truth)) => Kind::Bool(*truth),
            (_, Value::Number(number)) => Kind::Number(number.clone()),
            (_, Value::String(text)) => return Self::from(text.as_str()),
            (Type::List(element), Value::List(elements)) => Kind::List((**element).clone(), Arc::new(all(elements, element))),
            (Type::Set(element), value @ (Value::Set(_) | Value::List(_))) => {
                return Self::set((**element).clone(), all(value.as_elements().unwrap_or_default(), element));
            }
            (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
                Kind::Tuple(Arc::new(types.iter().zip(elements).map(|(ty, value)| Self::new(value, ty)).collect()))
            }
            (Type::Map(element), Value::Map(elements)) => Kind::Map(
                (**element).clone(),
                Arc::new(elements.iter().map(|(key, value)| (key.as_str().into(), Self::new(value, element))).collect()),
            ),
            (Type::Object(types), value @ Value::Map(_)) => {
                Kind::Object(Arc::new(types.iter().map(|(name, ty)| (name.as_str().into(), Self::new(value.get(name), ty))).collect()))
            }
            (ty, _) => Kind::Unknown(ty.clone()),
        };
        kind.into()
    }

    /// The value without type and marks, for a place whose type is known to be this value's own.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null(_) => Value::Null,
            Kind::Bool(truth) => Value::Bool(*truth),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::String(text) => Value::String(text.to_string()),
            Kind::List(_, elements) | Kind::Tuple(elements) => Value::List(elements.iter().map(Self::to_value).collect()),
            Kind::Set(_, elements) => Value::Set(elements.iter().map(Self::to_value).collect()),
            Kind::Map(_, elements) | Kind::Object(elements) => {
                Value::Map(elements.iter().map(|(key, value)| (key.to_string(), value.to_value())).collect())
            }
            Kind::Unknown(_) => Value::Unknown,
        }
    }

    /// The value with its type, for a place that takes any: null and unknown stay bare.
    pub fn to_dynamic(&self) -> Value {
        match &self.kind {
            Kind::Null(_) => Value::Null,
            Kind::Unknown(_) => Value::Unknown,
            _ => Value::Dynamic(Box::new(Typed { ty: self.ty(), value: self.to_value() })),
        }
    }

    /// The paths of what is sensitive, outermost only.
    pub fn sensitive_paths(&self) -> Vec<AttributePath> {
        let mut paths = Vec::new();
        self.collect(|marks| marks.sensitive, &AttributePath::root(), &mut paths);
        paths
    }

    /// The paths of what is ephemeral, outermost only.
    pub fn ephemeral_paths(&self) -> Vec<AttributePath> {
        let mut paths = Vec::new();
        self.collect(|marks| marks.ephemeral, &AttributePath::root(), &mut paths);
        paths
    }

    fn collect(&self, wanted: fn(Marks) -> bool, path: &AttributePath, paths: &mut Vec<AttributePath>) {
        if wanted(self.marks) {
            paths.push(path.clone());
            return;
        }
        if !wanted(self.all_marks()) {
            return;
        }
        match &self.kind {
            Kind::List(_, elements) | Kind::Tuple(elements) => {
                elements.iter().enumerate().for_each(|(index, value)| value.collect(wanted, &path.index(index), paths));
            }
            Kind::Map(_, elements) => elements.iter().for_each(|(key, value)| value.collect(wanted, &path.key(&**key), paths)),
            Kind::Object(elements) => elements.iter().for_each(|(name, value)| value.collect(wanted, &path.attribute(&**name), paths)),
            _ => {}
        }
    }

    /// The same value, sensitive at `path` as well. A path that leads nowhere marks as far as it leads.
    #[must_use]
    pub fn mark_at(mut self, path: &[Step]) -> Self {
        let Some((step, rest)) = path.split_first() else { return self.marked(Marks::SENSITIVE) };
        match (&mut self.kind, step) {
            (Kind::Object(elements) | Kind::Map(_, elements), Step::Attribute(name) | Step::Key(name)) => {
                if let Some(element) = Arc::make_mut(elements).get_mut(name.as_str()) {
                    *element = std::mem::replace(element, Self::null()).mark_at(rest);
                }
            }
            (Kind::List(_, elements) | Kind::Tuple(elements), Step::Index(index)) => {
                if let Some(element) = Arc::make_mut(elements).get_mut(*index) {
                    *element = std::mem::replace(element, Self::null()).mark_at(rest);
                }
            }
            (Kind::Null(_), _) => {}
            _ => self.marks.sensitive = true,
        }
        self
    }
}

fn all(elements: &[Value], ty: &Type) -> Vec<Val> {
    elements.iter().map(|value| Val::new(value, ty)).collect()
}

impl From<bool> for Val {
    fn from(truth: bool) -> Self {
        Kind::Bool(truth).into()
    }
}

impl From<&str> for Val {
    fn from(text: &str) -> Self {
        Kind::String(composed(text.into()).into()).into()
    }
}

impl From<String> for Val {
    fn from(text: String) -> Self {
        Kind::String(composed(text.into()).into()).into()
    }
}

impl From<Arc<str>> for Val {
    fn from(text: Arc<str>) -> Self {
        if text.is_ascii() { Kind::String(text).into() } else { (&*text).into() }
    }
}

impl From<Number> for Val {
    fn from(number: Number) -> Self {
        Kind::Number(number).into()
    }
}

impl From<i64> for Val {
    fn from(number: i64) -> Self {
        Kind::Number(number.into()).into()
    }
}

impl From<u64> for Val {
    fn from(number: u64) -> Self {
        Kind::Number(number.into()).into()
    }
}
