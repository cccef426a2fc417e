//! Builders: `string().required().describe("Its name").validate(length(1..=63))`. An attribute is optional unless said otherwise.

use hotswap_value::{Type, Value};

use super::{Attribute, Kind, Mode, Nesting};
use crate::validators::Validator;

/// Text.
pub fn string() -> Attribute {
    of_type(Type::String)
}

/// A number.
pub fn number() -> Attribute {
    of_type(Type::Number)
}

/// True or false.
pub fn boolean() -> Attribute {
    of_type(Type::Bool)
}

/// Values of any type.
pub fn dynamic() -> Attribute {
    of_type(Type::Dynamic)
}

/// A list of values of a type.
pub fn list(element: Type) -> Attribute {
    of_type(Type::list(element))
}

/// A set of values of a type.
pub fn set(element: Type) -> Attribute {
    of_type(Type::set(element))
}

/// A map of values of a type.
pub fn map(element: Type) -> Attribute {
    of_type(Type::map(element))
}

/// Values of a type.
pub fn of_type(ty: Type) -> Attribute {
    of_kind(Kind::Plain(ty))
}

/// One object with attributes of its own.
pub fn single<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Attribute)>) -> Attribute {
    nested(Nesting::Single, attributes)
}

/// A list of objects with attributes of their own.
pub fn list_of<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Attribute)>) -> Attribute {
    nested(Nesting::List, attributes)
}

/// A set of objects with attributes of their own.
pub fn set_of<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Attribute)>) -> Attribute {
    nested(Nesting::Set, attributes)
}

/// A map of objects with attributes of their own.
pub fn map_of<K: Into<String>>(attributes: impl IntoIterator<Item = (K, Attribute)>) -> Attribute {
    nested(Nesting::Map, attributes)
}

fn nested<K: Into<String>>(nesting: Nesting, attributes: impl IntoIterator<Item = (K, Attribute)>) -> Attribute {
    of_kind(Kind::Nested(nesting, attributes.into_iter().map(|(name, attribute)| (name.into(), attribute)).collect()))
}

fn of_kind(kind: Kind) -> Attribute {
    Attribute {
        kind,
        mode: Mode::Optional,
        description: String::new(),
        sensitive: false,
        write_only: false,
        deprecation: None,
        default: None,
        requires_replace: false,
        validators: Vec::new(),
    }
}

impl Attribute {
    /// The configuration must set it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.mode = Mode::Required;
        self
    }

    /// Only the provider sets it.
    #[must_use]
    pub fn computed(mut self) -> Self {
        self.mode = Mode::Computed;
        self
    }

    /// The provider sets it where the configuration doesn't.
    #[must_use]
    pub fn optional_computed(mut self) -> Self {
        self.mode = Mode::OptionalComputed;
        self
    }

    /// Its value where the configuration says nothing, also when a line is removed later. Makes it optional and computed.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.mode = Mode::OptionalComputed;
        self.default = Some(value.into());
        self
    }

    /// What it is, in Markdown.
    #[must_use]
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Hidden in output.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Never in plan or state.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// No longer to be used; says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<String>) -> Self {
        self.deprecation = Some(instead.into());
        self
    }

    /// A change means a new object.
    #[must_use]
    pub fn requires_replace(mut self) -> Self {
        self.requires_replace = true;
        self
    }

    /// Adds a check.
    #[must_use]
    pub fn validate(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }
}
