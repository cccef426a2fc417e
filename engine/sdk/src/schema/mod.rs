//! Schemas: what attributes a block has and what holds of each. Built by the functions of [`attribute`].

pub mod attribute;
mod walk;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use hotswap_value::{Type, Value};

pub(crate) use self::walk::nested_objects;
use crate::validators::Validator;

/// The schema of a provider, resource or data block.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Raised when stored state needs an upgrade.
    pub version: i64,
    /// Markdown.
    pub description: String,
    /// The attributes by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// Checks over several attributes at once. They see the whole block.
    pub validators: Vec<Validator>,
    /// Made when first asked for: it is asked for with every object.
    ty: OnceLock<Arc<Type>>,
}

/// One attribute.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// What values it has.
    pub kind: Kind,
    /// Who sets it.
    pub mode: Mode,
    /// Markdown.
    pub description: String,
    /// Hidden in output. It is stored all the same: see `write_only`.
    pub sensitive: bool,
    /// Only ever in the configuration, never in plan or state.
    pub write_only: bool,
    /// What to use instead, if it should no longer be used.
    pub deprecation: Option<String>,
    /// Its value where the configuration says nothing. Needs [`Mode::OptionalComputed`].
    pub default: Option<Value>,
    /// A change means a new object.
    pub requires_replace: bool,
    /// Checks of its value; they never see null or unknown.
    pub validators: Vec<Validator>,
}

/// Who sets an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The configuration must.
    Required,
    /// The configuration may; otherwise it is null.
    Optional,
    /// The provider alone.
    Computed,
    /// The configuration may; otherwise the provider does.
    OptionalComputed,
}

/// What values an attribute has.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Values of a type.
    Plain(Type),
    /// Objects with attributes of their own.
    Nested(Nesting, BTreeMap<String, Attribute>),
}

/// How many nested objects there are and what tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// Objects in order.
    List,
    /// Objects without order.
    Set,
    /// Objects by key.
    Map,
}

impl Schema {
    /// A schema without attributes.
    pub fn new(version: i64, description: impl Into<String>) -> Self {
        Self { version, description: description.into(), ..Self::default() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, attribute: Attribute) -> Self {
        self.attributes.insert(name.into(), attribute);
        self.ty = OnceLock::new();
        self
    }

    /// Adds attributes that another schema has.
    #[must_use]
    pub fn attributes(self, attributes: BTreeMap<String, Attribute>) -> Self {
        attributes.into_iter().fold(self, |schema, (name, attribute)| schema.attribute(name, attribute))
    }

    /// Adds a check over the whole block.
    #[must_use]
    pub fn validate(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }

    /// The type of the block: an object. Attributes are not to be changed after this was asked for the first time.
    pub fn ty(&self) -> Arc<Type> {
        Arc::clone(self.ty.get_or_init(|| Arc::new(object_type(&self.attributes))))
    }
}

impl Attribute {
    /// The type of its values.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Plain(ty) => ty.clone(),
            Kind::Nested(nesting, attributes) => {
                let object = object_type(attributes);
                match nesting {
                    Nesting::Single => object,
                    Nesting::List => Type::list(object),
                    Nesting::Set => Type::set(object),
                    Nesting::Map => Type::map(object),
                }
            }
        }
    }
}

impl Mode {
    /// Whether the configuration may set it.
    pub fn is_configurable(self) -> bool {
        self != Self::Computed
    }

    /// Whether the provider may set it where the configuration doesn't.
    pub fn is_computed(self) -> bool {
        matches!(self, Self::Computed | Self::OptionalComputed)
    }
}

fn object_type(attributes: &BTreeMap<String, Attribute>) -> Type {
    Type::Object(attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty())).collect())
}
