//! Carrying a plan out, and what is told of it.

use std::sync::{Arc, Mutex};

use hotswap_apply::{Counts, Request, apply};
use hotswap_lang::Diagnostic;
use hotswap_plan::render::human;
use hotswap_plan::render::json::events::{self, Operation};
use hotswap_plan::{Mode, Plan, Purpose};
use hotswap_sdk::Stop;
use hotswap_state::State;

use super::interrupt::stopping;
use super::prepare::{Prepared, settings};
use super::progress::Progress;
use crate::commands::output;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::view::View;

const STOPPING: &str = "\nStopping: nothing new is begun, and what the server is rolling out goes on there without being waited for.\n\
                        Press Ctrl-C again to leave at once; what was done until then is kept in the journal beside the state.";

/// Carries a plan out, shows it meanwhile, and tells what became of it.
pub(crate) async fn carry_out(plan: &Plan, prepared: Prepared, parallelism: u16, view: &View) -> Result<Exit, Failure> {
    let Prepared { config, providers, local, .. } = prepared;
    let stop = Stop::new();
    let progress = Progress::new(view);
    let request = Request {
        plan,
        config: &config,
        providers: &providers.fresh(),
        settings: settings(Purpose::Apply, plan.timestamp),
        parallelism: parallelism.into(),
        stop: stop.clone(),
        observer: progress.observer(),
    };
    let local = Arc::new(Mutex::new(local));
    let applied = stopping(&stop, view, STOPPING, async {
        tokio::select! {
            applied = apply(request, Arc::clone(&local)) => applied,
            never = progress.tick() => match never {},
        }
    })
    .await;
    let diagnostics = applied.diagnostics;
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    view.diagnostics(&diagnostics, &config.sources);
    if failed {
        return Ok(Exit::Failure);
    }
    if view.is_for_programs() {
        let operation = if plan.mode == Mode::Destroy { Operation::Destroy } else { Operation::Apply };
        view.event(&events::change_summary(counts(applied.counts), operation));
        events::outputs(&applied.state).into_iter().for_each(|event| view.event(&event));
    } else {
        view.line(&format!("\n{}", view.good(&summary(plan.mode, applied.counts))));
        view.out(&outputs(&applied.state, plan.mode, view));
    }
    Ok(Exit::Success)
}

fn counts(counts: Counts) -> human::Counts {
    let Counts { added, changed, destroyed, imported, forgotten } = counts;
    human::Counts { add: added, change: changed, remove: destroyed, import: imported, forget: forgotten }
}

fn summary(mode: Mode, counts: Counts) -> String {
    let Counts { added, changed, destroyed, imported, forgotten } = counts;
    if mode == Mode::Destroy {
        return format!("Destroy complete! Resources: {destroyed} destroyed.");
    }
    let imported = if imported > 0 { format!("{imported} imported, ") } else { String::new() };
    let forgotten = if forgotten > 0 { format!(", {forgotten} forgotten") } else { String::new() };
    format!("Apply complete! Resources: {imported}{added} added, {changed} changed, {destroyed} destroyed{forgotten}.")
}

fn outputs(state: &State, mode: Mode, view: &View) -> String {
    if mode == Mode::Destroy || state.outputs.is_empty() {
        return String::new();
    }
    format!("\n{}\n\n{}", view.good("Outputs:"), output::all(state.outputs.iter()))
}
