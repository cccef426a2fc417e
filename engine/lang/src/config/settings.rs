//! `terraform` and `provider` blocks.

use hotswap_value::Type;

use super::{
    Backend, ProviderConfig, ProviderName, RequiredProvider,
    arguments::Arguments,
    draft::Draft,
    names,
    version::{LANGUAGE_VERSION, VersionConstraint},
};
use crate::{
    Diagnostic, Kind, Range,
    ast::{Attribute, Block, ExprKind, ObjectKey},
};

pub(super) fn provider(draft: &mut Draft<'_>, block: Block) {
    let header = block.header;
    let Some([name]) = names::labels(&block, ["name"], &mut draft.faults) else { return };
    names::identifier(&name, block.labels[0].1, header, &mut draft.faults);
    let mut arguments = Arguments::new(block);
    let alias = arguments.string("alias");
    if let Some((alias, range)) = &alias {
        names::identifier(alias, *range, header, &mut arguments.faults);
    }
    if let Some((version, range)) = arguments.string("version") {
        let detail =
            format!("The version of a provider belongs in required_providers of a terraform block; {version:?} here is not looked at.");
        arguments.faults.push(Diagnostic::warning("Version in a provider block", detail).at(range).within(header));
    }
    for reserved in ["count", "for_each", "depends_on", "source"] {
        if let Some(attribute) = arguments.take(reserved) {
            arguments.fault(attribute.name_range, "Reserved argument", format!("{reserved:?} has no meaning in a provider block."));
        }
    }
    let (body, found) = arguments.rest();
    draft.faults.extend(found);
    let name = ProviderName { name, alias: alias.map(|(alias, _)| alias.into()) };
    if draft.claim("provider configuration", &name.to_string(), header) {
        draft.module.providers.insert(name, ProviderConfig { body, header });
    }
}

pub(super) fn terraform(draft: &mut Draft<'_>, block: Block) {
    names::labels::<0>(&block, [], &mut draft.faults);
    let mut arguments = Arguments::new(block);
    if let Some((text, range)) = arguments.string("required_version") {
        required_version(&text, range, &mut arguments);
        draft.module.required_versions.push((text, range));
    }
    if let Some(experiments) = arguments.take("experiments") {
        arguments.fault(
            experiments.name_range,
            "Experiments are not supported",
            "hotswap speaks the language of Terraform 1.11 without experiments. Remove this.",
        );
    }
    let _ = arguments.take("language");
    for block in arguments.blocks("required_providers") {
        required_providers(draft, block, &mut arguments);
    }
    for block in arguments.blocks("backend") {
        backend(draft, block);
    }
    for block in arguments.blocks("cloud") {
        arguments.fault(
            block.header,
            "Unsupported backend",
            "The state can't be kept in HCP Terraform (cloud). hotswap keeps it in a local file: remove this block, or use backend \"local\".",
        );
    }
    let _ = arguments.blocks("provider_meta");
    draft.faults.extend(arguments.finish());
}

fn required_version(text: &str, range: Range, arguments: &mut Arguments) {
    match text.parse::<VersionConstraint>() {
        Err(error) => arguments.fault(range, "Invalid version constraint", format!("{error}.")),
        Ok(constraint) if !constraint.allows(&LANGUAGE_VERSION) => {
            let detail = format!("This module asks for Terraform {text}, and hotswap speaks the language of Terraform {LANGUAGE_VERSION}.");
            arguments.fault(range, "Unsupported Terraform version", detail);
        }
        Ok(_) => {}
    }
}

fn backend(draft: &mut Draft<'_>, block: Block) {
    let header = block.header;
    let Some([ty]) = names::labels(&block, ["type"], &mut draft.faults) else { return };
    let mut arguments = Arguments::new(block);
    if &*ty != "local" {
        let detail =
            format!("The state can't be kept by the backend {ty:?}. hotswap keeps it in a local file: use backend \"local\", or none.");
        arguments.fault(header, "Unsupported backend", detail);
        draft.faults.extend(arguments.rest().1);
        return;
    }
    let path = arguments.string("path").map(|(path, _)| path);
    let workspace_dir = arguments.string("workspace_dir").map(|(path, _)| path);
    draft.faults.extend(arguments.finish());
    draft.backend(Backend { path, workspace_dir, range: header }, header);
}

fn required_providers(draft: &mut Draft<'_>, block: Block, outer: &mut Arguments) {
    names::labels::<0>(&block, [], &mut outer.faults);
    let mut arguments = Arguments::of_body(crate::ast::Body { attributes: Vec::new(), ..block.body }, block.header);
    arguments.refuse_blocks();
    for attribute in block.body.attributes {
        if !draft.claim("required provider", &attribute.name, attribute.name_range) {
            continue;
        }
        let (name, range) = (attribute.name.clone(), attribute.range);
        if let Some(required) = required_provider(attribute, range, &mut arguments) {
            draft.module.required_providers.insert(name, required);
        }
    }
    outer.faults.extend(arguments.rest().1);
}

fn required_provider(attribute: Attribute, range: Range, arguments: &mut Arguments) -> Option<RequiredProvider> {
    let name = &*attribute.name;
    let mut required =
        RequiredProvider { source: format!("registry.terraform.io/hashicorp/{name}"), version: None, aliases: Vec::new(), range };
    let items = match attribute.value.kind {
        // The form of old: only a version.
        ExprKind::String(version) => {
            required.version = version_of(&version, attribute.value.range, arguments);
            return Some(required);
        }
        ExprKind::Object(items) => items,
        _ => {
            let detail = format!("An object is due: {name} = {{ source = \"NAMESPACE/NAME\", version = \"CONSTRAINT\" }}.");
            arguments.fault(attribute.value.range, "Invalid required provider", detail);
            return None;
        }
    };
    for (key, value) in items {
        let (key, key_range) = match key {
            ObjectKey::Name(key, range) => (key, range),
            ObjectKey::Expr(crate::ast::Expr { kind: ExprKind::String(key), range }) => (key, range),
            ObjectKey::Expr(key) => {
                arguments.fault(key.range, "Invalid required provider", "The keys are source, version and configuration_aliases.");
                continue;
            }
        };
        let text = |key: &str, arguments: &mut Arguments| match arguments.constant(key, &value, &Type::String)?.kind {
            Kind::String(text) => Some(text),
            _ => None,
        };
        match &*key {
            "source" => {
                let text = text("source", arguments)?;
                match source(&text) {
                    Some(source) => required.source = source,
                    None => {
                        let detail = format!(
                            "{text:?} is no provider's address. One is NAMESPACE/NAME, such as hotswap/hotswap, or HOST/NAMESPACE/NAME."
                        );
                        arguments.fault(value.range, "Invalid provider source", detail);
                    }
                }
            }
            "version" => {
                let text = text("version", arguments)?;
                required.version = version_of(&text, value.range, arguments);
            }
            "configuration_aliases" => match &value.kind {
                ExprKind::Tuple(elements) => {
                    for element in elements {
                        match names::provider_name(element) {
                            Some(alias) if alias.alias.is_some() && *alias.name == *name => required.aliases.push(alias),
                            _ => {
                                let detail = format!("The name of this provider, a dot and an alias are due: {name}.ALIAS.");
                                arguments.fault(element.range, "Invalid configuration alias", detail);
                            }
                        }
                    }
                }
                _ => arguments.fault(value.range, "Invalid configuration aliases", format!("A list is due: [{name}.ALIAS].")),
            },
            key => {
                let hint = super::arguments::did_you_mean(key, ["source", "version", "configuration_aliases"]);
                arguments.fault(key_range, "Unsupported argument", format!("An argument named {key:?} is not expected here.{hint}"));
            }
        }
    }
    Some(required)
}

fn version_of(text: &str, range: Range, arguments: &mut Arguments) -> Option<String> {
    if let Err(error) = text.parse::<VersionConstraint>() {
        arguments.fault(range, "Invalid version constraint", format!("{error}."));
        return None;
    }
    Some(text.to_owned())
}

/// The whole address of a provider.
fn source(text: &str) -> Option<String> {
    let parts: Vec<String> = text.split('/').map(str::to_lowercase).collect();
    let valid = |part: &String| {
        !part.is_empty()
            && part.chars().all(|char| char.is_alphanumeric() || char == '-' || char == '_')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let host =
        |part: &String| part.contains(['.', ':']) && part.chars().all(|char| char.is_alphanumeric() || matches!(char, '.' | ':' | '-'));
    match &parts[..] {
        [name] if valid(name) => Some(format!("registry.terraform.io/hashicorp/{name}")),
        [namespace, name] if valid(namespace) && valid(name) => Some(format!("registry.terraform.io/{namespace}/{name}")),
        [registry, namespace, name] if host(registry) && valid(namespace) && valid(name) => Some(format!("{registry}/{namespace}/{name}")),
        _ => None,
    }
}
