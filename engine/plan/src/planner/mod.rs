//! Planning: the walk over the graph that finds what changes.
//!
//! [`plan`] is the whole of it. A file for each thing a walk does: [`object`] plans one object, [`data`] reads a data source,
//! [`leftover`] plans what nothing asks for any more.

mod data;
mod enforce;
mod ignore;
mod import;
mod leftover;
mod moved;
mod object;
mod outputs;
mod prior;
mod resource;
mod targets;
mod triggers;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hotswap_lang::{
    Diagnostic, Diagnostics, Moment, Val,
    config::Config,
    variables::{Given, resolve},
};
use hotswap_sdk::{ReviewedChange, Stop};
use hotswap_state::State;
use hotswap_value::address::{ResourceBlock, ResourceInstance, ResourceMode, Target};
use tokio::sync::Semaphore;

pub(crate) use self::{enforce::check_planned, ignore::without_ignored};
use self::{import::Imports, moved::Moves};
use crate::{
    Action, CheckResult, Findings, Graph, Mode, Node, Observer, OpenResources, Outcome, Plan, ProviderAddress, Providers, Purpose,
    ResourceChange, Settings, World, validate::validated,
};

/// How a plan is made.
#[derive(Debug, Clone)]
pub struct Options {
    /// What it is for.
    pub mode: Mode,
    /// Whether objects are read before they are planned.
    pub refresh: bool,
    /// What it is limited to; nothing: no limit.
    pub targets: Vec<Target>,
    /// What is replaced though nothing demands it.
    pub replace: Vec<ResourceInstance>,
    /// What is given to the root module's variables.
    pub variables: BTreeMap<Arc<str>, Given>,
    /// How many data sources are read and objects imported at a time. Reads and plans of objects are not counted: providers gather them.
    pub parallelism: usize,
    /// When it is made.
    pub timestamp: jiff::Timestamp,
    /// Where the command runs.
    pub folder: PathBuf,
    /// `terraform.workspace`
    pub workspace: Arc<str>,
    /// The user's wish to stop: the plan ends at once, with an error, and what is open is closed.
    pub stop: Stop,
    /// Who is told of what happens.
    pub observer: Observer,
}

/// How many plans of objects are asked for at a time.
const PLANS_AT_A_TIME: usize = 256;

/// Plans. With errors in the diagnostics the plan is what could be found out; it says so itself ([`Plan::errored`]).
///
/// `providers` are configured on the way, at most once each. Nothing is changed, in the state or outside it.
pub async fn plan(config: &Config, state: State, providers: &Providers, options: Options) -> (Plan, Diagnostics) {
    let mut prior = state.clone();
    moved::take_over(config, &mut prior, providers);
    let used: BTreeSet<ProviderAddress> = prior.resources.values().filter_map(|resource| resource.provider.parse().ok()).collect();
    let (graph, mut diagnostics) = validated(config, &prior, providers, used).await;
    // What is only warned of comes up again where it matters.
    diagnostics.retain(Diagnostic::is_error);
    let (variables, found) = resolve(config, &options.variables);
    diagnostics.extend(found);
    let mut empty = Plan {
        mode: options.mode,
        timestamp: options.timestamp,
        variables: variables.clone(),
        given: as_given(&variables, &options.variables),
        ephemeral: given_ephemeral(config, &options.variables),
        base: state,
        prior,
        changes: Vec::new(),
        drift: Vec::new(),
        outputs: BTreeMap::new(),
        checks: Vec::new(),
        targets: options.targets.clone(),
        replace: options.replace.clone(),
        notes: BTreeMap::new(),
        summary: Vec::new(),
        errored: true,
    };
    if diagnostics.iter().any(Diagnostic::is_error) {
        return (empty, diagnostics);
    }
    let moves = moved::apply(config, &mut empty.prior, &options.targets, &mut diagnostics);
    let moment = Moment { planned: Some(options.timestamp), now: None };
    let settings = Settings { purpose: Purpose::Plan, folder: options.folder.clone(), workspace: options.workspace.clone(), moment };
    let (open, stop) = (OpenResources::new(options.observer.clone()), options.stop.clone());
    let planner = Planner {
        world: World::new(config, providers, variables, settings),
        graph: &graph,
        forced_create_first: graph.create_before_destroy(config),
        before: empty.prior.clone(),
        moves,
        imports: Imports::new(config),
        plans: Semaphore::new(PLANS_AT_A_TIME),
        calls: Semaphore::new(options.parallelism.max(1)),
        options,
        open: Arc::clone(&open),
        found: Mutex::new(Found::new(empty.prior.clone())),
    };
    let planning = async {
        planner.run().await;
        planner.put_into(&mut empty, &mut diagnostics);
        if !empty.errored {
            review(providers, &mut empty, &mut diagnostics).await;
        }
    };
    let interrupted = tokio::select! {
        () = planning => false,
        () = stop.requested() => true,
        never = open.keep() => match never {},
    };
    if interrupted {
        providers.stop();
        diagnostics.push(Diagnostic::error("Interrupted", "Nothing was changed."));
    }
    diagnostics.extend(open.close(&planner.world).await);
    empty.errored |= diagnostics.iter().any(Diagnostic::is_error);
    (empty, diagnostics)
}

/// The variables as they were given, and where nothing was, as they are.
fn as_given(variables: &BTreeMap<Arc<str>, Val>, given: &BTreeMap<Arc<str>, Given>) -> BTreeMap<Arc<str>, Val> {
    let shown = |(name, value): (&Arc<str>, &Val)| {
        let given = given.get(name).map(|given| given.value.clone().marked(value.marks));
        // What takes null for its default was not given.
        (name.clone(), given.filter(|given| !given.is_null()).unwrap_or_else(|| value.clone()))
    };
    variables.iter().map(shown).collect()
}

/// The ephemeral variables that were given a value.
fn given_ephemeral(config: &Config, given: &BTreeMap<Arc<str>, Given>) -> BTreeSet<Arc<str>> {
    let ephemeral = config.root().variables.values().filter(|variable| variable.ephemeral);
    ephemeral.map(|variable| variable.name.clone()).filter(|name| given.contains_key(name)).collect()
}

/// One walk.
struct Planner<'a> {
    world: World<'a>,
    graph: &'a Graph,
    options: Options,
    /// The state the walk starts from: as it was read, with moves made.
    before: State,
    moves: Moves,
    imports: Imports,
    /// Resources whose replacements are made first because something that depends on them asks for it.
    forced_create_first: HashSet<ResourceBlock>,
    plans: Semaphore,
    calls: Semaphore,
    open: Arc<OpenResources>,
    found: Mutex<Found>,
}

/// What a walk finds.
struct Found {
    findings: Findings,
    prior: State,
    changes: BTreeMap<ResourceInstance, ResourceChange>,
    deposed: Vec<ResourceChange>,
    drift: Vec<ResourceChange>,
    outputs: BTreeMap<Arc<str>, crate::OutputChange>,
    /// Blocks whose objects are all planned: what the state has beyond them is left over.
    planned: HashSet<ResourceBlock>,
}

impl Found {
    fn new(prior: State) -> Self {
        Self {
            findings: Findings::default(),
            prior,
            changes: BTreeMap::new(),
            deposed: Vec::new(),
            drift: Vec::new(),
            outputs: BTreeMap::new(),
            planned: HashSet::new(),
        }
    }
}

impl<'a> Planner<'a> {
    fn config(&self) -> &'a Config {
        self.world.config()
    }

    fn providers(&self) -> &'a Providers {
        self.world.providers()
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn run(&self) {
        let nodes = self.nodes();
        self.graph.walk().only(nodes).run(|node| self.visit(node)).await;
        self.leftovers().await;
        self.import_faults();
        if self.options.mode == Mode::Destroy {
            self.outputs_destroyed();
        } else {
            self.outputs();
        }
        self.unreplaced();
        if !self.options.targets.is_empty() {
            let detail = "It has only what the targets name and what that depends on; changes elsewhere are not looked for. Targets are for \
                          exceptions: plan without them afterwards.";
            self.found().findings.diagnostics.push(Diagnostic::warning("The plan is limited to targets", detail));
        }
    }

    /// Puts what was found into the plan.
    fn put_into(&self, plan: &mut Plan, diagnostics: &mut Diagnostics) {
        let found = std::mem::replace(&mut *self.found(), Found::new(State::new("")));
        diagnostics.extend(found.findings.diagnostics);
        plan.errored = diagnostics.iter().any(Diagnostic::is_error);
        plan.prior = found.prior;
        plan.changes = found.changes.into_values().collect();
        plan.changes.extend(found.deposed);
        plan.changes.sort_by(|a, b| (&a.address, &a.deposed).cmp(&(&b.address, &b.deposed)));
        // What is to be destroyed is destroyed as it is: in what it differs from before tells nothing.
        plan.drift = if plan.mode == Mode::Destroy { Vec::new() } else { found.drift };
        plan.drift.sort_by(|a, b| (&a.address, &a.deposed).cmp(&(&b.address, &b.deposed)));
        let mut checks = found.findings.checks;
        checks.sort_by(|a, b| a.object.cmp(&b.object));
        plan.checks = merged(checks);
        plan.outputs = found.outputs;
    }

    /// Warns of what was to be replaced and isn't in the plan.
    fn unreplaced(&self) {
        let mut found = self.found();
        let missed: Vec<_> = self.options.replace.iter().filter(|address| !found.changes.contains_key(*address)).collect();
        let warnings: Vec<Diagnostic> = missed
            .into_iter()
            .map(|address| {
                let detail =
                    format!("-replace names {address}, and the plan has no such object. If its block has count or for_each, name a key.");
                Diagnostic::warning("Nothing to replace", detail)
            })
            .collect();
        found.findings.diagnostics.extend(warnings);
    }

    async fn visit(&self, node: &Node) -> Outcome {
        match node {
            Node::Provider(address) => self.configure(address).await,
            Node::Resource(block) if block.resource.mode == ResourceMode::Ephemeral => {
                let mut findings = Findings::default();
                let outcome = self.world.open(block, &self.open, &mut findings).await;
                self.found().findings.extend(findings);
                outcome
            }
            Node::Resource(block) if self.options.mode == Mode::Destroy => {
                // Providers may be configured with it.
                self.world.take_over_block(&self.before, block);
                Outcome::Done
            }
            Node::Resource(block) if block.resource.mode == ResourceMode::Data => self.data(block).await,
            Node::Resource(block) => self.resource(block).await,
            node => {
                let mut findings = Findings::default();
                self.world.evaluate(node, &mut findings);
                self.tell(findings)
            }
        }
    }

    /// Keeps what was found in visiting a block.
    fn tell(&self, findings: Findings) -> Outcome {
        let outcome = if findings.has_errors() { Outcome::Failed } else { Outcome::Done };
        self.found().findings.extend(findings);
        outcome
    }

    async fn configure(&self, address: &ProviderAddress) -> Outcome {
        let mut findings = Findings::default();
        if let Some(config) = self.world.provider_config(address, &mut findings.diagnostics)
            && let Some(idle) = self.providers().idle(&address.source)
        {
            let validated = hotswap_sdk::validate::provider(&**idle, &config).await;
            let failed = validated.has_errors();
            findings.diagnostics.extend(self.world.locate_provider(address, &validated));
            if !failed {
                let configured = self.providers().configure(address, config).await;
                findings.diagnostics.extend(self.world.locate_provider(address, &configured));
            }
        }
        self.tell(findings)
    }
}

/// Conditions of the same object as one.
fn merged(checks: Vec<CheckResult>) -> Vec<CheckResult> {
    let mut merged: Vec<CheckResult> = Vec::with_capacity(checks.len());
    for check in checks {
        match merged.last_mut() {
            Some(last) if last.object == check.object => {
                last.status = crate::conditions::worse(last.status, check.status);
                last.messages.extend(check.messages);
            }
            _ => merged.push(check),
        }
    }
    merged
}

/// Asks the providers what they have to say about the plan as a whole.
async fn review(providers: &Providers, plan: &mut Plan, diagnostics: &mut Diagnostics) {
    for (address, provider) in providers.all_running() {
        let name = address.to_string();
        let changes: Vec<ReviewedChange> = plan
            .changes
            .iter()
            .filter(|change| change.provider == name && change.address.resource.mode == ResourceMode::Managed)
            .filter(|change| !matches!(change.action, Action::Read | Action::Forget))
            .map(|change| ReviewedChange {
                address: change.address.to_string(),
                ty: change.address.resource.ty.to_string(),
                before: Some(change.before.clone()).filter(|before| !before.is_null()),
                after: Some(change.after.clone()).filter(|after| !after.is_null()),
            })
            .collect();
        if changes.is_empty() {
            continue;
        }
        let review = provider.review(&changes).await;
        plan.notes.extend(review.notes);
        plan.summary.extend(review.summary);
        for found in &review.diagnostics {
            let severity = match found.severity {
                hotswap_sdk::Severity::Error => hotswap_lang::Severity::Error,
                hotswap_sdk::Severity::Warning => hotswap_lang::Severity::Warning,
            };
            plan.errored |= severity == hotswap_lang::Severity::Error;
            diagnostics.push(Diagnostic { severity, ..Diagnostic::error(found.summary.clone(), found.detail.clone()) });
        }
    }
}
