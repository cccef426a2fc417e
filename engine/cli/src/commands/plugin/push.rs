//! `hotswap plugin push`

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use hotswap_api::{ErrorCode, PluginVersion};
use hotswap_client::{Client, ClientError};
use hotswap_component::{Component, ComponentInfo};
use hotswap_lang::Diagnostic;
use hotswap_model::{Channel, Constraint, Dependency, DependencyKind, PluginName, PluginSpec, Version, VersionSpec};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tempfile::NamedTempFile;

use super::{Output, json};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::table::size;
use crate::view::View;

/// How often bytes are sent that somebody else takes away.
const UPLOADS: usize = 3;

/// Publish a component as a version of a plugin
///
/// The same bytes under the same number are published once: a second push says so and changes nothing but the channel and the
/// release notes, if they are given. Other bytes need another number.
#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    /// The component, `.wasm` or `.wat`; `-` for standard input
    #[arg(allow_hyphen_values = true)]
    file: PathBuf,
    /// The plugin it is a version of
    #[arg(long, value_name = "NAME")]
    plugin: PluginName,
    /// Its number, such as 1.4.0 or 2.0.0-rc.1
    #[arg(long)]
    version: Version,
    /// How far it may be trusted [default: stable; of a version that is there, the one it has]
    #[arg(long, value_parser = PossibleValuesParser::new(Channel::ALL.map(Channel::as_str)))]
    channel: Option<String>,
    /// A plugin it needs, and which versions of it, such as `auth=^2`; may be given many times
    #[arg(long, value_name = "PLUGIN=VERSIONS", value_parser = other)]
    requires: Vec<Other>,
    /// A plugin whose versions matter only if it is there, such as `cache=~> 1.4`; may be given many times
    #[arg(long, value_name = "PLUGIN=VERSIONS", value_parser = other)]
    optional: Vec<Other>,
    /// A plugin that may not be there in these versions, such as `legacy=*`; may be given many times
    #[arg(long, value_name = "PLUGIN=VERSIONS", value_parser = other)]
    conflicts: Vec<Other>,
    /// What deployments are given unless they say otherwise: a JSON object
    #[arg(long, value_name = "JSON")]
    default_config: Option<String>,
    /// For people
    #[arg(long, value_name = "TEXT")]
    release_notes: Option<String>,
    /// Make the plugin if it is not there
    #[arg(long)]
    create: bool,
    /// What a plugin that is made is called for people
    #[arg(long, value_name = "TEXT", requires = "create")]
    display_name: Option<String>,
    /// Who answers for a plugin that is made
    #[arg(long, value_name = "TEXT", requires = "create")]
    publisher: Option<String>,
    /// What a plugin that is made is for
    #[arg(long, value_name = "TEXT", requires = "create")]
    category: Option<String>,
    /// What is said of a plugin that is made
    #[arg(long, value_name = "TEXT", requires = "create")]
    description: Option<String>,
    /// A tag of a plugin that is made; may be given many times
    #[arg(long, value_name = "TEXT", requires = "create")]
    tag: Vec<String>,
    #[command(flatten)]
    pub(super) output: Output,
}

/// Another plugin and which versions of it are meant.
type Other = (PluginName, Constraint);

/// Reads `auth=^2`.
fn other(text: &str) -> Result<Other, String> {
    let (plugin, versions) = text.split_once('=').ok_or("write it as PLUGIN=VERSIONS, such as \"auth=^2\"")?;
    let plugin = plugin.trim().parse().map_err(|error: hotswap_model::NameError| error.to_string())?;
    Ok((plugin, versions.trim().parse().map_err(|error: hotswap_model::ConstraintError| error.to_string())?))
}

/// What came of it.
enum Pushed {
    New,
    Revived,
    Changed,
    Same,
}

pub(super) fn run(args: PushArgs, view: &View) -> Result<Exit, Failure> {
    let typed = if args.file == Path::new("-") { Some(typed()?) } else { None };
    let file = typed.as_ref().map_or(args.file.as_path(), NamedTempFile::path);
    let info = inspect(file, &args.file.display().to_string())?;
    let client = connect()?;
    let (version, pushed) = block_on(push(&args, &client, &info, file, view))?;
    if args.output.json {
        return json(view, &version);
    }
    let spec = &version.spec;
    let what = format!("{}@{}", spec.plugin, spec.version);
    view.line(&match pushed {
        Pushed::New => format!("Published {what} ({}), {}, sha256 {}.", spec.channel.as_str(), size(version.size), spec.sha256),
        Pushed::Revived => format!("{what} was retired and is back ({}), sha256 {}.", spec.channel.as_str(), spec.sha256),
        Pushed::Changed => format!("{what} was published already; it is {} now.", spec.channel.as_str()),
        Pushed::Same => format!("{what} is published already with these bytes; nothing to do."),
    });
    Ok(Exit::Success)
}

/// Standard input as a file, which can be sent more than once.
fn typed() -> Result<NamedTempFile, Failure> {
    let kept = NamedTempFile::new().and_then(|mut file| std::io::copy(&mut std::io::stdin().lock(), file.as_file_mut()).map(|_| file));
    kept.map_err(|error| Diagnostic::error("Cannot read the component", format!("Standard input cannot be read: {error}.")).into())
}

/// What the component is, which must be one that can be a plugin.
fn inspect(file: &Path, name: &str) -> Result<ComponentInfo, Failure> {
    let bytes = std::fs::read(file);
    let bytes =
        bytes.map_err(|error| Failure::from(Diagnostic::error("Cannot read the component", format!("{name} cannot be read: {error}."))))?;
    let inspected = Component::inspect(&bytes).and_then(|info| info.require_handler().map(|()| info));
    inspected.map_err(|error| Diagnostic::error("Not a usable component", format!("{name}: {error}.")).into())
}

async fn push(
    args: &PushArgs,
    client: &Client,
    info: &ComponentInfo,
    file: &Path,
    view: &View,
) -> Result<(PluginVersion, Pushed), Failure> {
    let told = |error: ClientError| refused(&error);
    make_plugin(args, client, view).await?;
    let before = match client.get_version(args.plugin.as_str(), &args.version).await {
        Ok(found) => Some(found),
        Err(error) if error.code() == Some(ErrorCode::VersionNotFound) => None,
        Err(error) => return Err(told(error)),
    };
    let spec = spec(args, info, before.as_ref());
    if let Some(before) = &before {
        if before.spec.sha256 != info.digest {
            return Err(other_bytes(before, info));
        }
        if before.retired_at.is_none() && before.spec == spec {
            return Ok((before.clone(), Pushed::Same));
        }
    }
    let version = upload_and_publish(client, &spec, file, view).await.map_err(told)?;
    let pushed = match before {
        None => Pushed::New,
        Some(before) if before.retired_at.is_some() => Pushed::Revived,
        Some(_) => Pushed::Changed,
    };
    Ok((version, pushed))
}

/// Sees to it that the plugin is there.
async fn make_plugin(args: &PushArgs, client: &Client, view: &View) -> Result<(), Failure> {
    match client.get_plugin(args.plugin.as_str()).await {
        Ok(_) => return Ok(()),
        Err(error) if error.code() == Some(ErrorCode::PluginNotFound) => {}
        Err(error) => return Err(refused(&error)),
    }
    if !args.create {
        let detail = format!("There is no plugin {:?}. Pass --create to make it.", args.plugin.as_str());
        return Err(Diagnostic::error("Unknown plugin", detail).into());
    }
    let spec = PluginSpec {
        name: args.plugin.clone(),
        display_name: args.display_name.clone(),
        publisher: args.publisher.clone(),
        category: args.category.clone(),
        description: args.description.clone(),
        tags: args.tag.iter().cloned().collect(),
        documentation_url: None,
        repository_url: None,
    };
    match client.create_plugin(&spec).await {
        Ok(_) => view.message(&format!("Made the plugin {}.", args.plugin)),
        // Somebody else made it meanwhile.
        Err(error) if error.code() == Some(ErrorCode::NameTaken) => {}
        Err(error) => return Err(refused(&error)),
    }
    Ok(())
}

/// What is to be published. What is not said stays as it is.
fn spec(args: &PushArgs, info: &ComponentInfo, before: Option<&PluginVersion>) -> VersionSpec {
    let before = before.map(|before| &before.spec);
    let named = args.channel.as_deref().and_then(|name| Channel::ALL.into_iter().find(|channel| channel.as_str() == name));
    let kinds = [
        (&args.requires, DependencyKind::Required),
        (&args.optional, DependencyKind::Optional),
        (&args.conflicts, DependencyKind::Conflicts),
    ];
    let said = kinds.into_iter().flat_map(|(others, kind)| {
        others.iter().map(move |(plugin, version)| Dependency { plugin: plugin.clone(), version: version.clone(), kind })
    });
    let said: Vec<_> = said.collect();
    VersionSpec {
        plugin: args.plugin.clone(),
        version: args.version.clone(),
        sha256: info.digest,
        channel: named.or(before.map(|before| before.channel)).unwrap_or_default(),
        channel_message: before.and_then(|before| before.channel_message.clone()),
        replacement: before.and_then(|before| before.replacement.clone()),
        dependencies: if said.is_empty() { before.map(|before| before.dependencies.clone()).unwrap_or_default() } else { said },
        default_config: args.default_config.clone().or_else(|| before?.default_config.clone()),
        release_notes: args.release_notes.clone().or_else(|| before?.release_notes.clone()),
    }
}

fn other_bytes(before: &PluginVersion, info: &ComponentInfo) -> Failure {
    let spec = &before.spec;
    let retired = if before.retired_at.is_some() { "was" } else { "is" };
    let detail = format!(
        "{}@{} {retired} published with the SHA-256 {}, but the file has {}. Versions are immutable: give the new bytes a number of their own.",
        spec.plugin, spec.version, spec.sha256, info.digest
    );
    Diagnostic::error("The version is published with other content", detail).into()
}

/// Publishes. Between upload and publishing somebody may retire the last version with the same bytes, which takes them along: then
/// they are sent again.
async fn upload_and_publish(client: &Client, spec: &VersionSpec, file: &Path, view: &View) -> Result<PluginVersion, ClientError> {
    for _ in 1..UPLOADS {
        upload(client, spec, file, view).await?;
        match client.publish_version(spec).await {
            Err(error) if error.code() == Some(ErrorCode::ComponentNotFound) => {}
            published => return published,
        }
    }
    upload(client, spec, file, view).await?;
    client.publish_version(spec).await
}

/// Sends the bytes, with a bar on a terminal.
async fn upload(client: &Client, spec: &VersionSpec, file: &Path, view: &View) -> Result<(), ClientError> {
    let target = if view.messages_are_live() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let template = "Uploading [{bar:40}] {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style.progress_chars("=> "));
    let shown = bar.clone();
    let progress = move |sent, all| {
        shown.set_length(all);
        shown.set_position(sent);
    };
    let sent = client.upload_component_file(&spec.sha256, file, progress).await;
    bar.finish_and_clear();
    sent.map(drop)
}
