//! `hotswap plugin push`

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use clap::builder::PossibleValuesParser;
use hotswap_api::{ErrorCode, PluginVersion};
use hotswap_client::{Client, ClientError};
use hotswap_component::{Component, ComponentInfo};
use hotswap_lang::Diagnostic;
use hotswap_model::{Channel, PluginName, PluginSpec, Version, VersionSpec};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

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
    /// What deployments are given unless they say otherwise: a JSON object
    #[arg(long, value_name = "JSON")]
    default_config: Option<String>,
    /// For people
    #[arg(long, value_name = "TEXT")]
    release_notes: Option<String>,
    /// Make the plugin if it is not there
    #[arg(long)]
    create: bool,
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

/// What came of it.
enum Pushed {
    New,
    Revived,
    Changed,
    Same,
}

pub(super) fn run(args: PushArgs, view: &View) -> Result<Exit, Failure> {
    let (info, bytes) = read(&args.file)?;
    let client = connect()?;
    let (version, pushed) = block_on(push(&args, &client, &info, bytes, view))?;
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

/// The component, which must be one that can be a plugin.
fn read(file: &Path) -> Result<(ComponentInfo, Bytes), Failure> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(file).map(|read| bytes = read)
    };
    let name = file.display();
    read.map_err(|error| Failure::from(Diagnostic::error("Cannot read the component", format!("{name} cannot be read: {error}."))))?;
    let inspected = Component::inspect(&bytes).and_then(|info| info.require_handler().map(|()| info));
    let info = inspected.map_err(|error| Failure::from(Diagnostic::error("Not a usable component", format!("{name}: {error}."))))?;
    Ok((info, bytes.into()))
}

async fn push(
    args: &PushArgs,
    client: &Client,
    info: &ComponentInfo,
    bytes: Bytes,
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
    let version = upload_and_publish(client, &spec, bytes, view).await.map_err(told)?;
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
    VersionSpec {
        plugin: args.plugin.clone(),
        version: args.version.clone(),
        sha256: info.digest,
        channel: named.or(before.map(|before| before.channel)).unwrap_or_default(),
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
async fn upload_and_publish(client: &Client, spec: &VersionSpec, bytes: Bytes, view: &View) -> Result<PluginVersion, ClientError> {
    for _ in 1..UPLOADS {
        upload(client, spec, bytes.clone(), view).await?;
        match client.publish_version(spec).await {
            Err(error) if error.code() == Some(ErrorCode::ComponentNotFound) => {}
            published => return published,
        }
    }
    upload(client, spec, bytes, view).await?;
    client.publish_version(spec).await
}

/// Sends the bytes, with something to look at on a terminal.
async fn upload(client: &Client, spec: &VersionSpec, bytes: Bytes, view: &View) -> Result<(), ClientError> {
    let target = if view.messages_are_live() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{spinner} Uploading {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::with_draw_target(None, target).with_style(style).with_message(size(bytes.len() as u64));
    bar.enable_steady_tick(Duration::from_millis(100));
    let sent = client.upload_component(&spec.sha256, bytes).await;
    bar.finish_and_clear();
    sent.map(drop)
}
