//! `hotswap plugin diff`

use std::path::PathBuf;

use clap::Args;
use hotswap_api::{GrantKind, Import};
use hotswap_client::{Client, ClientError};
use hotswap_component::{Component, Difference, Grant, Interfaces, described};
use hotswap_lang::Diagnostic;
use hotswap_model::{Capability, Digest, VersionName};
use serde_json::json;

use super::{Output, json};
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::view::View;

/// Tell two components apart: what the second offers and needs that the first doesn't, and the other way round
///
/// Each is a published version, such as `greeter@1.0.0`, or a file. An interface in another, compatible version is the same
/// interface.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// What is compared with
    #[arg(value_name = "A", value_parser = side)]
    old: Side,
    /// What is compared
    #[arg(value_name = "B", value_parser = side)]
    new: Side,
    #[command(flatten)]
    pub(super) output: Output,
}

/// One of the two.
#[derive(Debug, Clone)]
enum Side {
    Version(VersionName),
    File(PathBuf),
}

/// What is published is written with an `@`; a file of such a name with a folder before it.
fn side(text: &str) -> Result<Side, String> {
    match text.parse() {
        Ok(name) => Ok(Side::Version(name)),
        Err(error) if text.contains('@') && !text.contains('/') => Err(format!("{error}")),
        Err(_) => Ok(Side::File(text.into())),
    }
}

/// What is known of one of the two.
struct Known {
    name: String,
    sha256: Digest,
    exports: Vec<String>,
    imports: Vec<String>,
}

pub(super) fn run(args: DiffArgs, view: &View) -> Result<Exit, Failure> {
    let needs_server = [&args.old, &args.new].iter().any(|side| matches!(side, Side::Version(_)));
    let client = if needs_server { Some(connect()?) } else { None };
    let (old, new) = block_on(async { Ok((known(&args.old, client.as_ref()).await?, known(&args.new, client.as_ref()).await?)) })?;
    let between = |old: &Known, new: &Known| {
        let new = Interfaces { exports: &new.exports, imports: &new.imports };
        Difference::between(Interfaces { exports: &old.exports, imports: &old.imports }, new)
    };
    let difference = between(&old, &new);
    if args.output.json {
        return json(view, &as_json(&old, &new, &difference));
    }
    view.out(&told(&old, &new, &difference, view));
    Ok(Exit::Success)
}

async fn known(side: &Side, client: Option<&Client>) -> Result<Known, Failure> {
    match (side, client) {
        (Side::Version(name), Some(client)) => {
            let told = |error: ClientError| refused(&error);
            let found = client.get_version(name.plugin.as_str(), &name.version).await.map_err(told)?;
            Ok(Known { name: name.to_string(), sha256: found.spec.sha256, exports: found.exports, imports: found.imports })
        }
        (Side::Version(name), None) => Err(Diagnostic::error("No server", format!("{name} is on a server.")).into()),
        (Side::File(path), _) => {
            let name = path.display().to_string();
            let bytes = std::fs::read(path).map_err(|error| {
                let detail = format!("{name} cannot be read: {error}. A published version is written as PLUGIN@VERSION.");
                Failure::from(Diagnostic::error("Cannot read the component", detail))
            })?;
            let info = Component::inspect(&bytes)
                .map_err(|error| Failure::from(Diagnostic::error("Not a usable component", format!("{name}: {error}."))))?;
            Ok(Known { name, sha256: info.digest, exports: info.exports, imports: info.imports })
        }
    }
}

fn told(old: &Known, new: &Known, difference: &Difference, view: &View) -> String {
    let mut text = format!("{}\n", view.bold(&format!("{} -> {}", old.name, new.name)));
    if old.sha256 == new.sha256 {
        return text + "  the same bytes\n";
    }
    if difference.is_empty() {
        return text + "  other bytes, the same interfaces\n";
    }
    for (title, added, removed) in [
        ("exports", &difference.exports_added, &difference.exports_removed),
        ("imports", &difference.imports_added, &difference.imports_removed),
    ] {
        if added.is_empty() && removed.is_empty() {
            continue;
        }
        text += &format!("  {title}\n");
        for one in added {
            let what = if title == "imports" { described(one) } else { one.to_string() };
            text += &format!("    + {what}\n");
        }
        removed.iter().for_each(|one| text += &format!("    - {one}\n"));
    }
    text
}

/// As the API tells two versions of one plugin apart, with names instead of numbers.
fn as_json(old: &Known, new: &Known, difference: &Difference) -> serde_json::Value {
    let texts = |all: &[Capability]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    let import = |import: &Capability| Import {
        interface: import.to_string(),
        meaning: Grant::meaning(import).map(str::to_owned),
        grant: match Grant::of(import) {
            Grant::Granted => GrantKind::Granted,
            Grant::Denied => GrantKind::Denied,
            Grant::Never => GrantKind::Never,
        },
    };
    json!({
        "from": old.name,
        "to": new.name,
        "sha256": [old.sha256, new.sha256],
        "exports_added": texts(&difference.exports_added),
        "exports_removed": texts(&difference.exports_removed),
        "imports_added": difference.imports_added.iter().map(import).collect::<Vec<_>>(),
        "imports_removed": texts(&difference.imports_removed),
    })
}
