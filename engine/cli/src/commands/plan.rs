//! `hotswap plan`

use std::path::PathBuf;

use clap::Args;
use hotswap_lang::Diagnostic;
use hotswap_plan::render::human;
use hotswap_plan::render::json::events;
use hotswap_plan::{Mode, Plan};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::operation::{self, Prepared, Wanted};
use crate::options::{BasisOptions, PlanningOptions, ViewOptions};
use crate::providers;
use crate::view::View;

/// Show what `apply` would change, and change nothing
///
/// What is really there is read first, so that the plan goes from there to what the configuration says. Under each
/// deployment stand the stages of its rollout and how long they take.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Save the plan here, so that `apply` can carry out exactly this one
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// End with exit code 2 if there are changes, 0 if there are none, 1 if there is an error
    #[arg(long)]
    detailed_exitcode: bool,
    /// Tell everything as JSON, an event a line, in Terraform's format
    #[arg(long)]
    pub(crate) json: bool,
    /// Whether to ask for variables without a value, if there is a terminal
    #[arg(long, value_name = "BOOL", default_value = "true", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = clap::ArgAction::Set, value_parser = crate::options::truth)]
    input: bool,
    #[command(flatten)]
    pub(crate) view: ViewOptions,
    #[command(flatten)]
    planning: PlanningOptions,
    #[command(flatten)]
    basis: BasisOptions,
}

pub(crate) fn run(args: PlanArgs, view: &View) -> Result<Exit, Failure> {
    operation::block_on(plan(args, view))
}

async fn plan(args: PlanArgs, view: &View) -> Result<Exit, Failure> {
    let wanted = Wanted { operation: "plan", basis: &args.basis, ask: args.input };
    let mut prepared = operation::prepare(wanted, view).await?;
    let (plan, diagnostics) = prepared.plan(operation::mode(&args.planning), &args.planning, view).await;
    show(&plan, &prepared, view);
    view.diagnostics(&diagnostics, &prepared.config.sources);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(Exit::Failure);
    }
    let changes = plan.has_changes();
    if let Some(path) = &args.out {
        prepared.save(&plan, path)?;
    }
    if changes && !view.is_for_programs() {
        view.out(&next_step(args.out.as_deref(), &plan));
    }
    Ok(if changes && args.detailed_exitcode { Exit::Changes } else { Exit::Success })
}

/// Shows a plan. One that failed before there was anything in it is told by its errors alone.
pub(super) fn show(plan: &Plan, prepared: &Prepared, view: &View) {
    if plan.errored && !plan.has_changes() {
        return;
    }
    if !view.is_for_programs() {
        view.out(&human::plan(plan, &prepared.config, &providers::schemas(), human::Look { colour: view.colour() }));
        return;
    }
    plan.drift.iter().filter_map(events::resource_drift).for_each(|event| view.event(&event));
    plan.changes.iter().filter_map(events::planned_change).for_each(|event| view.event(&event));
    if !plan.errored {
        view.event(&events::change_summary(human::counts(plan), events::Operation::Plan));
        events::planned_outputs(plan).into_iter().for_each(|event| view.event(&event));
    }
}

/// What to do with the plan that was shown; nothing under automation, where somebody knows.
fn next_step(saved: Option<&std::path::Path>, plan: &Plan) -> String {
    let automation = std::env::var_os("TF_IN_AUTOMATION").is_some_and(|value| !value.is_empty());
    let line = "─".repeat(77);
    match saved {
        Some(path) => {
            let apply = if automation {
                String::new()
            } else {
                format!("\nTo do exactly this:\n  hotswap apply {:?}\n", path.display().to_string())
            };
            format!("\n{line}\n\nThe plan is saved to {}.\n{apply}", path.display())
        }
        None if automation => String::new(),
        None => {
            let how = if plan.mode == Mode::Destroy { "hotswap destroy" } else { "hotswap apply" };
            format!("\n{line}\n\n`{how}` plans anew, and may find something else by then. To apply exactly this plan, save it with -out.\n")
        }
    }
}
