//! The pages of the reference, in the layout that Terraform registries show: one for the provider, one for each resource, data
//! source, ephemeral resource, list resource and function. What a schema looks like in them is in `attributes`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hotswap_sdk::value::Type;
use hotswap_sdk::{Function, IdentitySchema, Provider, Resource, Schema};

use crate::attributes;

/// A snippet under `examples/` that a page shows could not be read.
#[derive(Debug)]
pub(crate) struct MissingExample {
    /// Where it should be.
    pub(crate) path: PathBuf,
    /// What the system says.
    pub(crate) error: std::io::Error,
}

/// Where a list block goes and what looks at it, before its example.
const LISTED_BY: &str = "\nFor [`terraform query`](https://developer.hashicorp.com/terraform/cli/commands/query), in a file `*.tfquery.hcl`, in Terraform 1.14 and later.\n\n## Example Usage";

/// Every page by its path under `docs/`, with the examples taken from below `root`.
pub(crate) fn all(provider: &dyn Provider, root: &Path) -> Result<BTreeMap<PathBuf, String>, MissingExample> {
    let examples = Examples { root };
    let mut pages = BTreeMap::from([("index.md".into(), index(provider.schema(), &examples)?)]);
    for (name, resource) in provider.resources() {
        pages.insert(file("resources", name), managed(name, resource.as_ref(), &examples)?);
    }
    for (name, source) in provider.data_sources() {
        let example = format!("data-sources/{name}/data-source.tf");
        pages.insert(file("data-sources", name), read_only(name, "Data Source", source.schema(), &examples.read(example)?));
    }
    for (name, resource) in provider.ephemeral_resources() {
        let example = format!("ephemeral-resources/{name}/ephemeral-resource.tf");
        pages.insert(file("ephemeral-resources", name), read_only(name, "Ephemeral Resource", resource.schema(), &examples.read(example)?));
    }
    for (name, resource) in provider.list_resources() {
        let example = format!("list-resources/{name}/list-resource.tfquery.hcl");
        let page = read_only(name, "List Resource", resource.schema(), &examples.read(example)?);
        pages.insert(file("list-resources", name), page.replacen("\n## Example Usage", LISTED_BY, 1));
    }
    for (name, function) in provider.functions() {
        pages.insert(Path::new("functions").join(format!("{name}.md")), self::function(name, function.as_ref(), &examples)?);
    }
    Ok(pages)
}

/// Where the page of a type is: registries leave the provider's name out.
fn file(folder: &str, name: &str) -> PathBuf {
    Path::new(folder).join(format!("{}.md", name.strip_prefix("hotswap_").unwrap_or(name)))
}

struct Examples<'a> {
    root: &'a Path,
}

impl Examples<'_> {
    fn read(&self, path: impl AsRef<Path>) -> Result<String, MissingExample> {
        let path = self.root.join("examples").join(path);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(error) => Err(MissingExample { path, error }),
        }
    }
}

fn index(schema: &Schema, examples: &Examples<'_>) -> Result<String, MissingExample> {
    let mut page = front_matter("Provider: hotswap", &schema.description);
    page += &format!("# hotswap Provider\n\n{}\n\n", schema.description.trim());
    page += &usage(&examples.read("provider/provider.tf")?);
    page += &attributes::section(schema);
    Ok(page)
}

fn managed(name: &str, resource: &dyn Resource, examples: &Examples<'_>) -> Result<String, MissingExample> {
    let schema = resource.schema();
    let mut page = front_matter(&format!("{name} Resource - hotswap"), &schema.description);
    page += &format!("# {name} (Resource)\n\n{}\n\n", schema.description.trim());
    page += &usage(&examples.read(format!("resources/{name}/resource.tf"))?);
    page += &attributes::section(schema);
    page += &import(name, resource.identity_schema(), examples)?;
    Ok(page)
}

/// How an object that exists comes under management: by a block, which can be reviewed, or by a command.
fn import(name: &str, identity: Option<&IdentitySchema>, examples: &Examples<'_>) -> Result<String, MissingExample> {
    let block = examples.read(format!("resources/{name}/import-by-string-id.tf"))?;
    let command = examples.read(format!("resources/{name}/import.sh"))?;
    let mut text = format!(
        "\n## Import\n\nBy an [`import` block](https://developer.hashicorp.com/terraform/language/import), which the next apply carries out:\n\n\
         ```terraform\n{block}\n```\n"
    );
    if let Some(identity) = identity {
        text += &format!("\nThe same by identity, in Terraform 1.12 and later:\n\n```terraform\n{}\n```\n", by_identity(&block, identity));
    }
    text += &format!("\nBy the command `terraform import` or [`hotswap import`](../cli.md#hotswap-import):\n\n```shell\n{command}\n```\n");
    if let Some(identity) = identity {
        text += "\n### Identity Schema\n\n#### Required\n\n";
        for attribute in &identity.attributes {
            text += &format!("- `{}` (String) {}\n", attribute.name, attribute.description.trim());
        }
    }
    Ok(text)
}

/// An import block by id as one by identity: an id is the identity's values, joined by slashes.
fn by_identity(block: &str, identity: &IdentitySchema) -> String {
    let id = block.split('"').rev().nth(1).unwrap_or_default();
    let width = identity.attributes.iter().map(|attribute| attribute.name.len()).max().unwrap_or_default();
    let lines: Vec<String> = identity
        .attributes
        .iter()
        .zip(id.split('/'))
        .map(|(attribute, value)| format!("    {:width$} = \"{value}\"", attribute.name))
        .collect();
    block
        .lines()
        .map(|line| if line.starts_with("  id") { format!("  identity = {{\n{}\n  }}", lines.join("\n")) } else { line.to_owned() })
        .collect::<Vec<_>>()
        .join("\n")
}

/// The page of a data source, an ephemeral resource or a list resource.
fn read_only(name: &str, kind: &str, schema: &Schema, example: &str) -> String {
    let mut page = front_matter(&format!("{name} {kind} - hotswap"), &schema.description);
    page += &format!("# {name} ({kind})\n\n{}\n\n", schema.description.trim());
    page += &usage(example);
    page += &attributes::section(schema);
    page
}

fn function(name: &str, function: &dyn Function, examples: &Examples<'_>) -> Result<String, MissingExample> {
    let signature = function.signature();
    let mut page = front_matter(&format!("{name} function - hotswap"), &signature.summary);
    let description = if signature.description.is_empty() { &signature.summary } else { &signature.description };
    page += &format!("# function: {name}\n\n{}\n\n", description.trim());
    page += &usage(&examples.read(format!("functions/{name}/function.tf"))?);

    let mut parameters: Vec<_> =
        signature.parameters.iter().map(|parameter| format!("{} {}", parameter.name, signature_type(&parameter.ty))).collect();
    if let Some(variadic) = &signature.variadic {
        parameters.push(format!("{} {}...", variadic.name, signature_type(&variadic.ty)));
    }
    page += &format!(
        "## Signature\n\n```text\n{name}({}) {}\n```\n\n## Arguments\n\n",
        parameters.join(", "),
        signature_type(&signature.result)
    );
    for (index, parameter) in signature.parameters.iter().chain(&signature.variadic).enumerate() {
        let variadic = if index == signature.parameters.len() { "Variadic, " } else { "" };
        page += &format!(
            "{}. `{}` ({variadic}{}) {}\n",
            index + 1,
            parameter.name,
            attributes::type_name(&parameter.ty),
            parameter.description.trim()
        );
    }
    Ok(page)
}

/// What registries list pages by. The description is shown as plain text, in one piece: the first paragraph, without its marks.
fn front_matter(title: &str, description: &str) -> String {
    let first = description.trim().split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let plain: String = first.chars().filter(|character| !matches!(character, '`' | '*')).collect();
    format!("---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {plain}\n---\n\n")
}

fn usage(example: &str) -> String {
    format!("## Example Usage\n\n```terraform\n{example}\n```\n\n")
}

/// A type as a function's signature has it.
fn signature_type(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "dynamic".into(),
        Type::String => "string".into(),
        Type::Number => "number".into(),
        Type::Bool => "bool".into(),
        Type::List(element) => format!("list of {}", signature_type(element)),
        Type::Set(element) => format!("set of {}", signature_type(element)),
        Type::Map(element) => format!("map of {}", signature_type(element)),
        Type::Tuple(_) => "tuple".into(),
        Type::Object(_) => "object".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_by_id_is_written_by_identity_too() {
        let identity = IdentitySchema::new(0).attribute("tenant", "Whose").attribute("name", "Which");
        let block = "import {\n  to = hotswap_deployment.hello[\"x\"]\n  id = \"acme/hello\"\n}";
        let expected =
            "import {\n  to = hotswap_deployment.hello[\"x\"]\n  identity = {\n    tenant = \"acme\"\n    name   = \"hello\"\n  }\n}";
        assert_eq!(by_identity(block, &identity), expected);
    }
}
