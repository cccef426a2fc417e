//! `hotswap plugin show`

use clap::Args;
use hotswap_api::{Plugin, PluginVersion};
use hotswap_model::{Dependency, DependencyKind, PluginName, VersionName, VersionSpec};

use super::{Output, json, versions};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::table::size;
use crate::view::View;

/// Show a plugin with its versions, or one version with what it needs and offers
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// A plugin, such as `greeter`, or a version of it, such as `greeter@1.0.0`
    #[arg(value_name = "PLUGIN[@VERSION]", value_parser = shown)]
    what: Shown,
    #[command(flatten)]
    pub(super) output: Output,
}

/// What is shown.
#[derive(Debug, Clone)]
pub(super) enum Shown {
    Plugin(PluginName),
    Version(VersionName),
}

/// Reads `greeter` or `greeter@1.0.0`.
pub(super) fn shown(text: &str) -> Result<Shown, String> {
    if text.contains('@') {
        text.parse().map(Shown::Version).map_err(|error: hotswap_model::VersionNameError| error.to_string())
    } else {
        text.parse().map(Shown::Plugin).map_err(|error: hotswap_model::NameError| error.to_string())
    }
}

pub(super) fn run(args: ShowArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    match args.what {
        Shown::Plugin(name) => {
            let (plugin, list) = block_on(async {
                let both = tokio::try_join!(client.get_plugin(name.as_str()), client.list_versions(name.as_str()));
                both.map_err(|error| refused(&error))
            })?;
            if args.output.json {
                return json(view, &plugin);
            }
            view.out(&plugin_told(&plugin, view));
            if !list.is_empty() {
                view.line("");
                versions::table(&list).show(view);
            }
        }
        Shown::Version(name) => {
            let version =
                block_on(async { client.get_version(name.plugin.as_str(), &name.version).await.map_err(|error| refused(&error)) })?;
            if args.output.json {
                return json(view, &version);
            }
            view.out(&version_told(&version, view));
        }
    }
    Ok(Exit::Success)
}

fn plugin_told(plugin: &Plugin, view: &View) -> String {
    let spec = &plugin.spec;
    let tags: Vec<_> = spec.tags.iter().map(String::as_str).collect();
    let facts = [
        ("called", spec.display_name.clone()),
        ("publisher", spec.publisher.clone()),
        ("category", spec.category.clone()),
        ("tags", (!tags.is_empty()).then(|| tags.join(", "))),
        ("documentation", spec.documentation_url.clone()),
        ("repository", spec.repository_url.clone()),
        ("id", Some(plugin.id.to_string())),
        ("made", Some(plugin.created_at.to_string())),
    ];
    let description = spec.description.as_ref().map(|text| format!("  {text}\n")).unwrap_or_default();
    format!("{}\n{description}{}", view.bold(spec.name.as_str()), lines(&facts))
}

fn version_told(version: &PluginVersion, view: &View) -> String {
    let spec = &version.spec;
    let facts = [
        ("channel", Some(spec.channel.as_str().to_owned())),
        ("why", spec.channel_message.clone()),
        ("replacement", spec.replacement.as_ref().map(ToString::to_string)),
        ("retired", version.retired_at.map(|at| at.to_string())),
        ("sha256", Some(spec.sha256.to_string())),
        ("size", Some(format!("{} ({} bytes)", size(version.size), version.size))),
        ("published", Some(version.created_at.to_string())),
        ("needs", dependencies(&version.spec)),
        ("default config", spec.default_config.clone()),
        ("release notes", spec.release_notes.clone()),
        ("id", Some(version.id.to_string())),
    ];
    let listed = |title: &str, names: &[String]| {
        let names: String = names.iter().map(|name| format!("    {name}\n")).collect();
        if names.is_empty() { String::new() } else { format!("  {title}\n{names}") }
    };
    format!(
        "{}\n{}{}{}",
        view.bold(&format!("{} {}", spec.plugin, spec.version)),
        lines(&facts),
        listed("exports", &version.exports),
        listed("imports", &version.imports)
    )
}

/// What it says of other plugins, a line each.
fn dependencies(spec: &VersionSpec) -> Option<String> {
    let told = |dependency: &Dependency| {
        let kind = match dependency.kind {
            DependencyKind::Required => "",
            DependencyKind::Optional => " (if it is there)",
            DependencyKind::Conflicts => " (not with it)",
        };
        format!("{} {}{kind}", dependency.plugin, dependency.version)
    };
    let all: Vec<_> = spec.dependencies.iter().map(told).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}

/// A line for each fact there is.
fn lines(facts: &[(&str, Option<String>)]) -> String {
    let known = || facts.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?)));
    let width = known().map(|(name, _)| name.len()).max().unwrap_or_default();
    known()
        .map(|(name, value)| format!("  {name:<width$}  {}\n", value.trim_end().replace('\n', &format!("\n  {:width$}  ", ""))))
        .collect()
}
