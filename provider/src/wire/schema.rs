//! Schemas.

use std::collections::BTreeMap;

use hotswap_sdk::{
    Attribute, Mode, Schema,
    schema::{Kind, Nesting},
};

use crate::proto::tfplugin6 as wire;

/// A schema on the wire.
pub(crate) fn schema(schema: &Schema) -> wire::Schema {
    let block = wire::schema::Block {
        version: schema.version,
        attributes: attributes(&schema.attributes),
        description: schema.description.clone(),
        description_kind: wire::StringKind::Markdown.into(),
        ..wire::schema::Block::default()
    };
    wire::Schema { version: schema.version, block: Some(block) }
}

fn attributes(attributes: &BTreeMap<String, Attribute>) -> Vec<wire::schema::Attribute> {
    attributes.iter().map(|(name, attribute)| self::attribute(name, attribute)).collect()
}

fn attribute(name: &str, attribute: &Attribute) -> wire::schema::Attribute {
    let (ty, nested_type) = match &attribute.kind {
        Kind::Plain(ty) => (ty.to_json().to_string().into_bytes(), None),
        Kind::Nested(nesting, nested) => {
            let object = wire::schema::Object { attributes: attributes(nested), nesting: self::nesting(*nesting).into() };
            (Vec::new(), Some(object))
        }
    };
    let deprecation = attribute.deprecation.as_ref().map(|instead| format!("\n\n**Deprecated:** {instead}")).unwrap_or_default();
    wire::schema::Attribute {
        name: name.to_owned(),
        r#type: ty,
        nested_type,
        description: format!("{}{deprecation}", attribute.description),
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.mode.is_computed(),
        sensitive: attribute.sensitive,
        description_kind: wire::StringKind::Markdown.into(),
        deprecated: attribute.deprecation.is_some(),
        write_only: attribute.write_only,
    }
}

fn nesting(nesting: Nesting) -> wire::schema::object::NestingMode {
    match nesting {
        Nesting::Single => wire::schema::object::NestingMode::Single,
        Nesting::List => wire::schema::object::NestingMode::List,
        Nesting::Set => wire::schema::object::NestingMode::Set,
        Nesting::Map => wire::schema::object::NestingMode::Map,
    }
}

#[cfg(test)]
mod tests {
    use hotswap_sdk::schema::attribute::{map, number, set_of, string};
    use hotswap_value::Type;

    use super::*;

    fn on_the_wire(attribute: Attribute) -> wire::schema::Attribute {
        super::attribute("x", &attribute)
    }

    #[test]
    fn who_sets_an_attribute_is_told_by_three_flags() {
        let flags = |attribute| {
            let wire = on_the_wire(attribute);
            (wire.required, wire.optional, wire.computed)
        };
        assert_eq!(flags(string().required()), (true, false, false));
        assert_eq!(flags(string()), (false, true, false));
        assert_eq!(flags(string().computed()), (false, false, true));
        assert_eq!(flags(number().default(3)), (false, true, true));
    }

    #[test]
    fn an_attribute_has_either_a_type_or_nested_attributes() {
        let plain = on_the_wire(map(Type::String));
        assert_eq!((plain.r#type.as_slice(), plain.nested_type), (br#"["map","string"]"#.as_slice(), None));
        let nested = on_the_wire(set_of([("port", number().required())]));
        let object = nested.nested_type.unwrap();
        assert!(nested.r#type.is_empty());
        assert_eq!(object.nesting(), wire::schema::object::NestingMode::Set);
        assert_eq!(object.attributes[0].name, "port");
    }
}
