//! Everything a plan is made of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hotswap_apply::recover;
use hotswap_lang::config::{Config, Disk, load as load_config};
use hotswap_lang::variables::{Given, resolve};
use hotswap_lang::{Diagnostic, Diagnostics, Moment, Val};
use hotswap_plan::{Mode, Options, Plan, Providers, Purpose, Settings};
use hotswap_sdk::Stop;
use hotswap_state::{Local, State};
use jiff::Timestamp;

use super::interrupt::stopping;
use super::progress::Progress;
use super::variables::given;
use crate::failure::Failure;
use crate::options::{BasisOptions, PlanningOptions, StateOptions};
use crate::view::View;
use crate::{providers, state_file};

const STOPPING: &str = "\nStopping: nothing was changed. Press Ctrl-C again to leave at once.";

/// What is to be prepared, as the options say.
pub(crate) struct Wanted<'a> {
    /// What for, as the lock tells others.
    pub(crate) operation: &'a str,
    pub(crate) basis: &'a BasisOptions,
    /// Whether the user may be asked for variables.
    pub(crate) ask: bool,
}

/// Everything a plan is made of.
pub(crate) struct Prepared {
    pub(crate) config: Config,
    pub(crate) given: BTreeMap<Arc<str>, Given>,
    pub(crate) providers: Providers,
    /// The state's file, locked if that is wanted.
    pub(crate) local: Local,
    pub(crate) state: State,
    /// What was warned of on the way.
    pub(crate) warnings: Diagnostics,
}

/// The configuration in the current folder, and what it is warned of.
pub(crate) fn load() -> Result<(Config, Diagnostics), Failure> {
    let loaded = load_config(&Disk, Path::new("."));
    if loaded.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure { diagnostics: loaded.diagnostics, sources: loaded.config.sources });
    }
    Ok((loaded.config, loaded.diagnostics))
}

/// Loads the configuration, collects its variables' values, locks and reads the state, and takes over what an apply that ended
/// early left behind.
pub(crate) async fn prepare(wanted: Wanted<'_>, view: &View) -> Result<Prepared, Failure> {
    let (config, warnings) = load()?;
    prepare_with(config, warnings, wanted, view).await
}

/// The same with a configuration that is loaded.
pub(crate) async fn prepare_with(
    mut config: Config,
    mut warnings: Diagnostics,
    wanted: Wanted<'_>,
    view: &View,
) -> Result<Prepared, Failure> {
    let (given, found) = given(&mut config, &wanted.basis.variables, wanted.ask, view).await?;
    if found.iter().any(Diagnostic::is_error) {
        return Err(Failure { diagnostics: found, sources: config.sources });
    }
    warnings.extend(found);
    let (variables, _) = resolve(&config, &given);
    let providers = providers::providers();
    let Wanted { basis, operation, .. } = wanted;
    let (local, state) = open(&config, &variables, &providers, basis, operation, &mut warnings, view).await?;
    Ok(Prepared { config, given, providers, local, state, warnings })
}

/// Locks and reads the state, and takes over what an apply that ended early left behind.
pub(super) async fn open(
    config: &Config,
    variables: &BTreeMap<Arc<str>, Val>,
    providers: &Providers,
    basis: &BasisOptions,
    operation: &str,
    warnings: &mut Diagnostics,
    view: &View,
) -> Result<(Local, State), Failure> {
    let mut local = state_file::locked(&with_backend(&basis.state, config), &basis.lock, operation, view)?;
    let state = state_file::read(&mut local)?;
    let mut state = state.unwrap_or_else(|| State::new(State::new_lineage()));
    let recovery =
        recover(&local, &mut state).map_err(|error| Failure::from_error("Journal of an earlier apply cannot be used", &error, None))?;
    if let Some(recovery) = recovery {
        let settings = settings(Purpose::Apply, Timestamp::now());
        let found = recovery.finish(config, variables.clone(), providers, settings, &mut local, &mut state).await;
        if found.iter().any(Diagnostic::is_error) {
            return Err(Failure { diagnostics: found, sources: config.sources.clone() });
        }
        warnings.extend(found);
    }
    Ok((local, state))
}

impl Prepared {
    /// Makes a plan. Nothing is shown of it here; what was warned of before is among the diagnostics.
    pub(crate) async fn plan(&mut self, mode: Mode, planning: &PlanningOptions, view: &View) -> (Plan, Diagnostics) {
        let progress = Progress::new(view);
        let (stop, observer) = (Stop::new(), progress.observer());
        let options = Options {
            mode,
            refresh: planning.refresh,
            targets: planning.target.clone(),
            replace: planning.replace.clone(),
            variables: self.given.clone(),
            parallelism: planning.parallelism.into(),
            timestamp: Timestamp::now(),
            folder: folder(),
            workspace: "default".into(),
            stop: stop.clone(),
            observer,
        };
        let planning = hotswap_plan::plan(&self.config, self.state.clone(), &self.providers, options);
        let (plan, found) = stopping(&stop, view, STOPPING, async {
            tokio::select! {
                planned = planning => planned,
                never = progress.tick() => match never {},
            }
        })
        .await;
        let mut diagnostics = std::mem::take(&mut self.warnings);
        diagnostics.extend(found);
        (plan, diagnostics)
    }
}

/// What planning options ask for.
pub(crate) fn mode(planning: &PlanningOptions) -> Mode {
    match (planning.destroy, planning.refresh_only) {
        (true, _) => Mode::Destroy,
        (_, true) => Mode::RefreshOnly,
        _ => Mode::Normal,
    }
}

/// Where and when values are evaluated.
pub(crate) fn settings(purpose: Purpose, planned: Timestamp) -> Settings {
    let now = (purpose == Purpose::Apply).then(Timestamp::now);
    Settings { purpose, folder: folder(), workspace: "default".into(), moment: Moment { planned: Some(planned), now } }
}

fn folder() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

/// The options, and where they say nothing what a `backend` block says.
fn with_backend(state: &StateOptions, config: &Config) -> StateOptions {
    let mut state = state.clone();
    if state.state.is_none() {
        let path = config.root().backend.as_ref().and_then(|backend| backend.path.as_ref());
        state.state = path.map(PathBuf::from);
    }
    state
}
