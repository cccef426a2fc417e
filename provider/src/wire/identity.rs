//! Identities and their schemas.

use hotswap_sdk::{Diagnostic, Diagnostics, IdentitySchema, Resource};
use hotswap_value::{Type, Value};

use crate::proto::tfplugin6::{self as wire, resource_identity_schema::IdentityAttribute};

/// An identity schema on the wire.
pub(crate) fn identity_schema(schema: &IdentitySchema) -> wire::ResourceIdentitySchema {
    let attribute = |attribute: &hotswap_sdk::IdentityAttribute| IdentityAttribute {
        name: attribute.name.clone(),
        r#type: Type::String.to_json().to_string().into_bytes(),
        required_for_import: true,
        optional_for_import: false,
        description: attribute.description.clone(),
    };
    wire::ResourceIdentitySchema { version: schema.version, identity_attributes: schema.attributes.iter().map(attribute).collect() }
}

/// An identity on the wire.
pub(crate) fn identity(schema: &IdentitySchema, identity: &Value) -> Result<wire::ResourceIdentityData, Diagnostics> {
    let identity_data = super::encode(identity, &schema.ty()).map_err(Diagnostic::from)?;
    Ok(wire::ResourceIdentityData { identity_data: Some(identity_data) })
}

/// The identity of an object on the wire; `None` if its type has none, there is no object, or a part of it is not known yet.
pub(crate) fn identity_of(resource: &dyn Resource, object: Option<&Value>) -> Result<Option<wire::ResourceIdentityData>, Diagnostics> {
    let Some(schema) = resource.identity_schema() else { return Ok(None) };
    object.and_then(|object| schema.of(object)).map(|found| identity(schema, &found)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_text_that_an_import_must_give() {
        let schema = identity_schema(&IdentitySchema::new(2).attribute("name", "Its name"));
        let [attribute] = &schema.identity_attributes[..] else { panic!("one attribute") };
        assert_eq!((schema.version, attribute.name.as_str(), attribute.r#type.as_slice()), (2, "name", br#""string""#.as_slice()));
        assert!(attribute.required_for_import && !attribute.optional_for_import);
    }
}
