//! `hotswap apply`

use std::path::PathBuf;

use clap::Args;
use hotswap_lang::Diagnostic;
use hotswap_plan::Mode;

use super::plan;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::{self, Wanted};
use crate::options::{BasisOptions, PlanningOptions, ViewOptions};
use crate::view::View;

/// Bring what is there to what the configuration says
///
/// Plans, shows the plan, asks, and carries it out: as much as `-parallelism` says at the same time, each thing after what
/// it depends on. A failure stops only what depends on it. With a saved plan, carries out that one without asking.
///
/// Ctrl-C stops it: nothing more is begun, and what the server is rolling out goes on there without being waited for. A
/// second Ctrl-C ends it at once; the next command takes over what it knew from its journal.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// A plan that `plan -out` saved; it says already what it is for and with which variables, but for ephemeral ones
    #[arg(conflicts_with_all = ["destroy", "refresh_only", "target", "replace"])]
    plan: Option<PathBuf>,
    #[command(flatten)]
    pub(super) applying: ApplyOptions,
}

/// What `apply` and `destroy` have in common.
#[derive(Debug, Args)]
pub(crate) struct ApplyOptions {
    /// Go ahead without being asked
    #[arg(long)]
    auto_approve: bool,
    /// Tell everything as JSON, an event a line, in Terraform's format; needs -auto-approve or a saved plan
    #[arg(long)]
    pub(crate) json: bool,
    /// Whether to ask anything at all
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set, value_parser = crate::options::truth)]
    input: bool,
    #[command(flatten)]
    pub(crate) view: ViewOptions,
    #[command(flatten)]
    planning: PlanningOptions,
    #[command(flatten)]
    basis: BasisOptions,
}

pub(crate) fn run(args: ApplyArgs, view: &View) -> Result<Exit, Failure> {
    match &args.plan {
        Some(path) => {
            let ApplyOptions { basis, planning, .. } = &args.applying;
            operation::block_on(operation::apply_saved(path, basis, planning.parallelism, view))
        }
        None => {
            let mode = operation::mode(&args.applying.planning);
            operation::block_on(apply(args.applying, mode, view))
        }
    }
}

/// Plans in this mode, asks, and applies.
pub(super) async fn apply(args: ApplyOptions, mode: Mode, view: &View) -> Result<Exit, Failure> {
    let asks = args.input && operation::may_ask() && !args.json;
    if !args.auto_approve && !asks {
        let detail = "Nobody can be asked whether to go ahead: pass -auto-approve, or a plan saved by `hotswap plan -out`.";
        return Err(Diagnostic::error("Not approved", detail).into());
    }
    let operation = if mode == Mode::Destroy { "destroy" } else { "apply" };
    let wanted = Wanted { operation, basis: &args.basis, ask: args.input };
    let mut prepared = operation::prepare(wanted, view).await?;
    let (plan, diagnostics) = prepared.plan(mode, &args.planning, view).await;
    plan::show(&plan, &prepared, view);
    view.diagnostics(&diagnostics, &prepared.config.sources);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(Exit::Failure);
    }
    if plan.has_changes() && !args.auto_approve {
        let (title, explanation) = question(mode);
        if !operation::confirm(view, title, explanation).await? {
            view.line(&format!("\n{} cancelled.", if mode == Mode::Destroy { "Destroy" } else { "Apply" }));
            return Ok(Exit::Failure);
        }
    }
    operation::carry_out(&plan, prepared, args.planning.parallelism, view).await
}

fn question(mode: Mode) -> (&'static str, &'static str) {
    match mode {
        Mode::Normal => {
            ("Do you want to perform these actions?", "hotswap does what is listed above. Nothing but 'yes' is taken as a yes.")
        }
        Mode::Destroy => (
            "Do you really want to destroy all of this?",
            "Everything listed above is gone then, for good. Nothing but 'yes' is taken as a yes.",
        ),
        Mode::RefreshOnly => (
            "Do you want to bring the state to what was found?",
            "The state and the outputs will say what is listed above; nothing real is touched. Nothing but 'yes' is taken as a yes.",
        ),
    }
}
