//! `hotswap storage gc`

use clap::Args;
use hotswap_api::{GcReport, GcRequest};
use hotswap_model::Span;

use super::{Output, count};
use crate::commands::plugin::json;
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::table::{Table, size};
use crate::view::View;

/// Remove components that nothing refers to, and what broken uploads left
///
/// A component is referred to by a published version, and by what a deployment serves, wants or would go back to. What is
/// younger than a day is left alone: it may belong to an upload that is under way, here or on another server with the same
/// storage. What was found damaged is listed and never removed.
#[derive(Debug, Args)]
pub(crate) struct GcArgs {
    /// Only show what would be removed
    #[arg(long)]
    dry_run: bool,
    /// Leave alone what is younger: `12h`, `7d`. Nothing may be uploading meanwhile if this is short
    #[arg(long, value_name = "TIME", default_value = "24h")]
    older_than: Span,
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: GcArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let request = GcRequest { dry_run: args.dry_run, older_than_seconds: Some(args.older_than.to_std().as_secs()) };
    let report = block_on(async { client.clear_storage(&request).await.map_err(|error| refused(&error)) })?;
    if args.output.json {
        return json(view, &report);
    }
    table(&report, view);
    view.line(&told(&report));
    Ok(Exit::Success)
}

fn table(report: &GcReport, view: &View) {
    let mut table = Table::new(["what", "name", "size", "since"]);
    for component in &report.components {
        table.row(["component".into(), component.sha256.to_string(), size(component.size), component.since.to_string()]);
    }
    for upload in &report.uploads {
        table.row(["upload".into(), upload.name.clone(), String::new(), upload.since.to_string()]);
    }
    for found in &report.quarantined {
        table.row(["quarantined".into(), found.name.clone(), size(found.size), found.since.to_string()]);
    }
    if report.components.len() + report.uploads.len() + report.quarantined.len() > 0 {
        table.show(view);
        view.line("");
    }
}

fn told(report: &GcReport) -> String {
    let bytes = report.components.iter().map(|component| component.size).sum();
    let went = format!(
        "{} ({}) and {}",
        count(report.components.len() as u64, "component"),
        size(bytes),
        count(report.uploads.len() as u64, "unfinished upload")
    );
    let verb = if report.dry_run { "Would remove" } else { "Removed" };
    let kept = format!("{} ({})", count(report.kept, "component"), size(report.kept_bytes));
    let mut told = format!("{verb} {went} from {}; {kept} stay.", report.storage);
    if !report.quarantined.is_empty() {
        told.push_str(" What is in quarantine is damaged; remove it by hand once nobody wants to look into it.");
    }
    told
}
