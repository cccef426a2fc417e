//! Identities: what tells one object of a type from every other one, for good.
//!
//! An identity is made of attributes of the object itself, all of them text, none of which can change without the object being replaced.

use hotswap_value::{Type, Value, json};

use crate::{Diagnostic, Diagnostics, Resource};

/// What identifies the objects of a type.
#[derive(Debug, Clone, Default)]
pub struct IdentitySchema {
    /// Raised when identities stored before can't be compared with those made now.
    pub version: i64,
    /// In the order in which the id of an import names them.
    pub attributes: Vec<IdentityAttribute>,
}

/// One attribute of an identity: text, and the attribute of the same name in the object.
#[derive(Debug, Clone)]
pub struct IdentityAttribute {
    /// Its name.
    pub name: String,
    /// Markdown.
    pub description: String,
}

impl IdentitySchema {
    /// An identity without attributes.
    pub fn new(version: i64) -> Self {
        Self { version, attributes: Vec::new() }
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, description: impl Into<String>) -> Self {
        self.attributes.push(IdentityAttribute { name: name.into(), description: description.into() });
        self
    }

    /// The type of an identity: an object.
    pub fn ty(&self) -> Type {
        Type::object(self.attributes.iter().map(|attribute| (attribute.name.clone(), Type::String)))
    }

    /// The identity of an object; `None` while a part of it is null or not known.
    pub fn of(&self, object: &Value) -> Option<Value> {
        let parts =
            self.attributes.iter().map(|attribute| Some((attribute.name.clone(), object.get(&attribute.name).as_str()?.to_owned())));
        parts.collect::<Option<Vec<_>>>().map(Value::object)
    }

    /// The id under which the object with this identity is imported: its values, joined by slashes. `None` if one is missing.
    pub fn import_id(&self, identity: &Value) -> Option<String> {
        let values = self.attributes.iter().map(|attribute| identity.get(&attribute.name).as_str());
        values.collect::<Option<Vec<_>>>().map(|values| values.join("/"))
    }

    /// The names of its attributes, for messages.
    pub(crate) fn names(&self) -> String {
        self.attributes.iter().map(|attribute| format!("`{}`", attribute.name)).collect::<Vec<_>>().join(", ")
    }
}

/// The identity schema of a type that has one.
pub fn schema_of(resource: &dyn Resource) -> Result<&IdentitySchema, Diagnostics> {
    resource.identity_schema().ok_or_else(|| {
        let detail = "Objects of this type have no identity. Name the object by its id.";
        Diagnostic::error("No identity", detail).into()
    })
}

/// Brings a stored identity, as JSON, to the present version.
pub fn upgrade(resource: &dyn Resource, version: i64, identity: &[u8]) -> Result<Value, Diagnostics> {
    let schema = schema_of(resource)?;
    if version != schema.version {
        let detail = format!(
            "The identity was stored under version {version}, the provider has version {now} and no way from one to the other. \
             `terraform apply -refresh-only` with the provider version that stored it, then this one, puts it right.",
            now = schema.version
        );
        return Err(Diagnostic::error("Identity can't be upgraded", detail).into());
    }
    json::decode_lenient(identity, &schema.ty())
        .map_err(|error| Diagnostic::error("Identity can't be read", format!("The stored identity {error}.")).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_thing::Thing;

    fn schema() -> IdentitySchema {
        IdentitySchema::new(0).attribute("tenant", "Whose").attribute("name", "Which")
    }

    #[test]
    fn an_identity_is_what_the_object_says_once_all_of_it_is_known() {
        let object = Value::object([("tenant", Value::from("acme")), ("name", "hello".into()), ("size", 3.into())]);
        let identity = schema().of(&object).unwrap();
        assert_eq!(identity, Value::object([("tenant", "acme"), ("name", "hello")]));
        assert_eq!(schema().of(&object.clone().with("name", Value::Unknown)), None);
        assert_eq!(schema().of(&object.with("tenant", Value::Null)), None);
    }

    #[test]
    fn the_id_of_an_import_names_the_attributes_in_the_order_of_the_schema() {
        let identity = Value::object([("name", "hello"), ("tenant", "acme")]);
        assert_eq!(schema().import_id(&identity).as_deref(), Some("acme/hello"));
        assert_eq!(schema().import_id(&identity.with("tenant", Value::Null)), None);
    }

    #[test]
    fn a_stored_identity_is_read_at_its_own_version_alone() {
        let thing = Thing::default();
        assert_eq!(upgrade(&thing, 0, br#"{"name":"a"}"#).unwrap(), Value::object([("name", "a")]));
        assert_eq!(upgrade(&thing, 1, br#"{"name":"a"}"#).unwrap_err().iter().next().unwrap().summary, "Identity can't be upgraded");
        assert_eq!(upgrade(&thing, 0, br#"{"name":["a"]}"#).unwrap_err().iter().next().unwrap().summary, "Identity can't be read");
    }
}
