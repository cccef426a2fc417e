//! What a schema looks like in the reference: its attributes by who sets them, and a section for each that is nested.
//! Defaults, and what a change means, are told by the descriptions themselves.

use std::collections::BTreeMap;

use hotswap_sdk::schema::{Kind, Nesting};
use hotswap_sdk::value::Type;
use hotswap_sdk::{Attribute, Mode, Schema};

const WRITE_ONLY: &str = "[Write-only](https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments)";

/// The section `## Schema` of a page.
pub(crate) fn section(schema: &Schema) -> String {
    let mut out = String::from("## Schema\n");
    let mut nested = Vec::new();
    groups(&schema.attributes, &[], "### ", "", &mut out, &mut nested);
    // Sections of nested attributes may bring further ones.
    let mut next = 0;
    while next < nested.len() {
        let (path, attributes): (Vec<String>, &BTreeMap<String, Attribute>) = nested[next].clone();
        next += 1;
        out += &format!("\n<a id=\"nestedatt--{}\"></a>\n### Nested Schema for `{}`\n", path.join("--"), path.join("."));
        groups(attributes, &path, "", ":", &mut out, &mut nested);
    }
    out
}

fn groups<'a>(
    attributes: &'a BTreeMap<String, Attribute>,
    path: &[String],
    before: &str,
    after: &str,
    out: &mut String,
    nested: &mut Vec<(Vec<String>, &'a BTreeMap<String, Attribute>)>,
) {
    let titles =
        [("Required", &[Mode::Required][..]), ("Optional", &[Mode::Optional, Mode::OptionalComputed]), ("Read-Only", &[Mode::Computed])];
    for (title, modes) in titles {
        let mut members = attributes.iter().filter(|(_, attribute)| modes.contains(&attribute.mode)).peekable();
        if members.peek().is_none() {
            continue;
        }
        *out += &format!("\n{before}{title}{after}\n\n");
        for (name, attribute) in members {
            let path: Vec<_> = path.iter().chain([name]).cloned().collect();
            *out += &line(name, attribute, &path);
            if let Kind::Nested(_, attributes) = &attribute.kind {
                nested.push((path, attributes));
            }
        }
    }
}

fn line(name: &str, attribute: &Attribute, path: &[String]) -> String {
    let mut kind = match &attribute.kind {
        Kind::Plain(ty) => type_name(ty),
        Kind::Nested(Nesting::Single, _) => "Attributes".into(),
        Kind::Nested(Nesting::List, _) => "Attributes List".into(),
        Kind::Nested(Nesting::Set, _) => "Attributes Set".into(),
        Kind::Nested(Nesting::Map, _) => "Attributes Map".into(),
    };
    for (holds, word) in
        [(attribute.sensitive, "Sensitive"), (attribute.deprecation.is_some(), "Deprecated"), (attribute.write_only, WRITE_ONLY)]
    {
        if holds {
            kind += &format!(", {word}");
        }
    }
    let mut text = sentence(&attribute.description);
    if let Some(instead) = &attribute.deprecation {
        text += &format!(" Deprecated: {}", sentence(instead));
    }
    if matches!(attribute.kind, Kind::Nested(..)) {
        text += &format!(" (see [below for nested schema](#nestedatt--{}))", path.join("--"));
    }
    format!("{}\n", format!("- `{name}` ({kind}) {}", text.trim()).trim_end())
}

/// The text as a sentence, so that others can follow it.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// A type as the reference names it.
pub(crate) fn type_name(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "Dynamic".into(),
        Type::String => "String".into(),
        Type::Number => "Number".into(),
        Type::Bool => "Boolean".into(),
        Type::List(element) => format!("List of {}", type_name(element)),
        Type::Set(element) => format!("Set of {}", type_name(element)),
        Type::Map(element) => format!("Map of {}", type_name(element)),
        Type::Tuple(_) => "Tuple".into(),
        Type::Object(_) => "Object".into(),
    }
}

#[cfg(test)]
mod tests {
    use hotswap_sdk::schema::attribute::{list_of, number, set, single, string};

    use super::*;

    #[test]
    fn a_schema_is_told_by_who_sets_what_with_nested_ones_below() {
        let schema = Schema::new(0, "A thing")
            .attribute("id", string().computed().describe("Given by the platform"))
            .attribute("name", string().required().describe("Its name"))
            .attribute("key", string().write_only().describe("A secret"))
            .attribute("tags", set(Type::String).describe("For search."))
            .attribute(
                "box",
                single([("memory_mb", number().describe("Most memory")), ("steps", list_of([("weight", number().required())]))]),
            );
        let expected = "## Schema

### Required

- `name` (String) Its name.

### Optional

- `box` (Attributes) (see [below for nested schema](#nestedatt--box))
- `key` (String, [Write-only](https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments)) A secret.
- `tags` (Set of String) For search.

### Read-Only

- `id` (String) Given by the platform.

<a id=\"nestedatt--box\"></a>
### Nested Schema for `box`

Optional:

- `memory_mb` (Number) Most memory.
- `steps` (Attributes List) (see [below for nested schema](#nestedatt--box--steps))

<a id=\"nestedatt--box--steps\"></a>
### Nested Schema for `box.steps`

Required:

- `weight` (Number)
";
        assert_eq!(section(&schema), expected);
    }
}
