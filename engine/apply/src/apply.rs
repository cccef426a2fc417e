//! An apply from its beginning to its end: the walk, the outputs, the state on the disk.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use hotswap_lang::{Diagnostic, Diagnostics, Val, config::Config};
use hotswap_plan::{
    Action, CheckResult, Graph, Mode, Observer, OpenResources, Plan, Providers, Settings, World, render::json::checks_to_store,
};
use hotswap_sdk::Stop;
use hotswap_state::{Local, State};
use hotswap_value::address::ModuleInstance;
use tokio::sync::Semaphore;

use crate::{
    journal::Journal,
    keeper::{KeepError, Keeper},
    order::order,
    walk::{Part, Walk, Walked},
    work::{Work, journal_error},
};

/// What is to be applied, and how.
pub struct Request<'a> {
    /// The plan, made from that configuration and the present state.
    pub plan: &'a Plan,
    /// The configuration.
    pub config: &'a Config,
    /// The providers, none of them configured yet.
    pub providers: &'a Providers,
    /// Where and when; for [`Purpose::Apply`](hotswap_plan::Purpose::Apply).
    pub settings: Settings,
    /// How many operations run at a time. One that only waits for the platform does not count.
    pub parallelism: usize,
    /// The user's wish to stop: nothing more is begun, and what only waits returns.
    pub stop: Stop,
    /// Who is told of what happens.
    pub observer: Observer,
}

/// What became of it.
#[derive(Debug)]
pub struct Applied {
    /// The state as it is now, written unless there is an error about that.
    pub state: State,
    /// How many objects were changed in which way.
    pub counts: Counts,
    /// What became of conditions.
    pub checks: Vec<CheckResult>,
    /// Errors and warnings.
    pub diagnostics: Diagnostics,
}

/// How many objects were changed in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Created, those made for replacements included.
    pub added: usize,
    /// Changed in place.
    pub changed: usize,
    /// Destroyed, replaced ones included.
    pub destroyed: usize,
    /// Taken under management.
    pub imported: usize,
    /// Let go of, and left alone.
    pub forgotten: usize,
}

/// Applies a plan. `local` holds the state's lock for the whole time; the state it has is the one the plan was made from.
///
/// A failure stops only what depends on it. Whenever the process ends, what was done is in the state's file or in the journal
/// beside it, and [`recover`](crate::recover) finds it. Not to be dropped before it is done: use [`Request::stop`].
pub async fn apply(request: Request<'_>, local: Arc<Mutex<Local>>) -> Applied {
    let Request { plan, config, providers, settings, parallelism, stop, observer } = request;
    let path = Journal::path_for(&crate::lock(&local).paths().write);
    let journal = match Journal::begin(&path, &plan.base.lineage, plan.base.serial) {
        Ok(journal) => Arc::new(journal),
        Err(error) => {
            let diagnostics = vec![journal_error(&error)];
            return Applied { state: plan.prior.clone(), counts: Counts::default(), checks: Vec::new(), diagnostics };
        }
    };
    let used = plan.changes.iter().filter_map(|change| change.provider.parse().ok());
    let (graph, mut diagnostics) = Graph::new(config, providers, used);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Applied { state: plan.prior.clone(), counts: Counts::default(), checks: Vec::new(), diagnostics };
    }
    let keeper = Arc::new(Keeper::new(plan.prior.clone(), local, journal));
    let open = OpenResources::new(observer.clone());
    let work = Work {
        world: World::new(config, providers, plan.variables.clone(), settings),
        plan,
        keeper: Arc::clone(&keeper),
        slots: Arc::new(Semaphore::new(parallelism.max(1))),
        stop: stop.clone(),
        observer,
        open: Arc::clone(&open),
        nonce: uuid::Uuid::new_v4().to_string(),
        held_back: AtomicUsize::new(0),
    };
    let walk = Walk::new(&work);
    let stopper = async {
        stop.requested().await;
        providers.stop();
        std::future::pending::<()>().await;
    };
    let walked = tokio::select! {
        walked = walk.run(order(plan, &graph)) => walked,
        () = stopper => Walked::default(),
        never = open.keep() => match never {},
    };
    let counts = counts(plan, &walked);
    let failed = walked.findings.has_errors();
    diagnostics.extend(walked.findings.diagnostics);
    let held_back = work.held_back.load(Ordering::Relaxed);
    if held_back > 0 {
        let left = held_back + walked.skipped;
        let detail = format!("{left} changes were not begun, since you asked to stop. Plan again for what is left to do.");
        diagnostics.push(Diagnostic::error("Stopped before everything was done", detail));
    }
    keep_outputs(&work, failed || walked.skipped + held_back > 0);
    let checks = last(&plan.checks, walked.findings.checks);
    keeper.change(None, false, |state| state.check_results = checks_to_store(&checks));
    diagnostics.extend(finish(&keeper).await);
    diagnostics.extend(open.close(&work.world).await);
    let state = keeper.read(State::clone);
    Applied { state, counts, checks, diagnostics }
}

/// Each condition as it was found last.
fn last(planned: &[CheckResult], applied: Vec<CheckResult>) -> Vec<CheckResult> {
    let mut checks: BTreeMap<String, CheckResult> = planned.iter().map(|check| (check.object.clone(), check.clone())).collect();
    checks.extend(applied.into_iter().map(|check| (check.object.clone(), check)));
    checks.into_values().collect()
}

fn counts(plan: &Plan, walked: &Walked) -> Counts {
    let mut counts = Counts { imported: plan.changes.iter().filter(|change| change.importing.is_some()).count(), ..Counts::default() };
    for (index, part) in &walked.done {
        match (part, plan.changes[*index].action) {
            (Part::Made, Action::Update) => counts.changed += 1,
            (Part::Made, Action::Read) => {}
            (Part::Made, _) => counts.added += 1,
            (Part::Destroyed, _) => counts.destroyed += 1,
            (Part::Forgotten, _) => counts.forgotten += 1,
        }
    }
    counts
}

/// Puts the root module's outputs into the state. Of those that could not be evaluated the last known value stays.
fn keep_outputs(work: &Work<'_>, incomplete: bool) {
    let gone = |name: &str| work.plan.outputs.get(name).is_some_and(|output| output.action == Action::Delete);
    let outputs: BTreeMap<&str, Option<Val>> = match work.plan.mode {
        Mode::Destroy => BTreeMap::new(),
        _ => work
            .world
            .config()
            .root()
            .outputs
            .iter()
            .filter(|(_, output)| !output.ephemeral)
            .map(|(name, _)| (&**name, work.world.output(&ModuleInstance::root(), name)))
            .collect(),
    };
    work.keeper.change(None, false, |state| {
        if work.plan.mode == Mode::Destroy && !incomplete {
            state.outputs.clear();
        }
        state.outputs.retain(|name, _| !gone(name));
        for (name, value) in outputs {
            match value {
                // Nothing refers to an output of the root module, so one without a value is none.
                Some(value) if value.is_null() => drop(state.outputs.remove(name)),
                Some(value) if value.is_wholly_known() => {
                    let sensitive = work.world.config().root().outputs.get(name).is_some_and(|output| output.sensitive);
                    state.set_output(name, value.ty(), value.to_value(), sensitive);
                }
                _ => {}
            }
        }
    });
}

/// Writes the state for the last time; the journal goes once that is done.
async fn finish(keeper: &Arc<Keeper>) -> Option<Diagnostic> {
    let written = tokio::task::spawn_blocking({
        let keeper = Arc::clone(keeper);
        move || {
            keeper.write()?;
            keeper.journal().end().map_err(KeepError::from)
        }
    })
    .await;
    let problem = match written {
        Ok(Ok(())) => return None,
        Ok(Err(error)) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("{error}{cause}")
        }
        Err(error) => error.to_string(),
    };
    let detail = format!(
        "{problem}. Nothing is lost: what was done is in the journal beside the state, and the next hotswap command that uses this state takes \
         it over from there. Put right what is wrong, and run hotswap plan."
    );
    Some(Diagnostic::error("The state was not written", detail))
}
