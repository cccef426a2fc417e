//! `hotswap storage verify`

use clap::Args;
use hotswap_api::{VerifyReport, VerifyRequest};

use super::{Output, count};
use crate::commands::plugin::json;
use crate::connection::{connect, refused};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::block_on;
use crate::table::{Table, size};
use crate::view::View;

/// Read every component that is kept and tell which are damaged or missing
///
/// What is damaged is set aside, so that it can be uploaded again; what runs of it goes on. The exit code is 1 if anything is
/// damaged or missing.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(super) output: Output,
}

pub(super) fn run(args: VerifyArgs, view: &View) -> Result<Exit, Failure> {
    let client = connect()?;
    let mut request = VerifyRequest::default();
    let mut whole: Option<VerifyReport> = None;
    let whole = loop {
        let part = block_on(async { client.verify_storage(&request).await.map_err(|error| refused(&error)) })?;
        let report = match whole.take() {
            None => part,
            Some(before) => joined(before, part),
        };
        let Some(next) = report.next else { break report };
        view.message(&format!("{} of {} verified", report.verified, count(report.total, "component")));
        request.after = Some(next);
        whole = Some(report);
    };
    let exit = if whole.damaged.is_empty() && whole.missing.is_empty() { Exit::Success } else { Exit::Failure };
    if args.output.json {
        json(view, &whole)?;
        return Ok(exit);
    }
    if !matches!(exit, Exit::Success) {
        let mut table = Table::new(["what", "sha256", "detail"]);
        for damaged in &whole.damaged {
            table.row(["damaged".into(), damaged.sha256.to_string(), damaged.detail.clone()]);
        }
        for missing in &whole.missing {
            table.row(["missing".into(), missing.to_string(), "a version or deployment refers to it; upload it again".into()]);
        }
        table.show(view);
        view.line("");
    }
    view.line(&format!(
        "Verified {} ({}) in {}: {} damaged, {} missing.",
        count(whole.verified, "component"),
        size(whole.verified_bytes),
        whole.storage,
        whole.damaged.len(),
        whole.missing.len()
    ));
    Ok(exit)
}

/// Two parts as one.
fn joined(before: VerifyReport, part: VerifyReport) -> VerifyReport {
    VerifyReport {
        verified: before.verified + part.verified,
        verified_bytes: before.verified_bytes + part.verified_bytes,
        damaged: [before.damaged, part.damaged].concat(),
        missing: [before.missing, part.missing].concat(),
        ..part
    }
}
