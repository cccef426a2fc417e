//! A configuration as text, a state, and plans and applications of it; what a plan says as lines.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use hotswap_lang::{
    Diagnostic, Diagnostics, Marks, Moment,
    config::{Config, Files, load},
    variables::{Given, Origin},
};
use hotswap_plan::{Action, Findings, Mode, Node, Options, Outcome, Plan, Providers, Purpose, ResourceChange, Settings, World, plan};
use hotswap_sdk::{
    Operation,
    apply::{ApplyRequest, resource_change},
};
use hotswap_state::{Json, Object, State, Status};
use hotswap_value::{address::ResourceInstance, json};

use super::provider::{Remote, TestSource};

/// Files by path.
#[derive(Default)]
pub(crate) struct Texts(BTreeMap<PathBuf, String>);

impl Files for Texts {
    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let files = self.0.keys().filter(|path| clean(path.parent().unwrap_or(Path::new(""))) == clean(folder));
        Ok(files.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let found = self.0.iter().find(|(other, _)| clean(other) == clean(path));
        found.map(|(_, text)| text.clone().into_bytes()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn clean(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
}

/// A world for a test: what exists, and what is known of it.
pub(crate) struct Desk {
    pub(crate) remote: Arc<Remote>,
    pub(crate) state: State,
    pub(crate) options: Options,
}

/// What a plan came to.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) diagnostics: Diagnostics,
    config: Config,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let options = Options {
            mode: Mode::Normal,
            refresh: true,
            targets: Vec::new(),
            replace: Vec::new(),
            variables: BTreeMap::new(),
            parallelism: 10,
            timestamp: "2026-01-02T03:04:05Z".parse().unwrap(),
            folder: PathBuf::from("."),
            workspace: "default".into(),
            stop: hotswap_sdk::Stop::new(),
            observer: hotswap_plan::Observer::default(),
        };
        Self { remote: Arc::default(), state: State::new("lineage"), options }
    }

    pub(crate) fn providers(&self) -> Providers {
        let source: Arc<dyn hotswap_plan::ProviderSource> = Arc::new(TestSource(self.remote.clone()));
        Providers::new([source], "test")
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.options);
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.options.variables.insert(name.into(), Given { value: value.into(), origin: Origin::Argument, range: None });
        self
    }

    pub(crate) async fn plan(&self, text: &str) -> Planned {
        self.plan_files([("main.tf", text)]).await
    }

    pub(crate) async fn plan_files<'t>(&self, files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Planned {
        let config = loaded(files);
        let (plan, diagnostics) = plan(&config, self.state.clone(), &self.providers(), self.options.clone()).await;
        Planned { plan, diagnostics, config }
    }

    /// Plans and applies; the state is then what apply leaves.
    pub(crate) async fn apply(&mut self, text: &str) -> Planned {
        self.apply_files([("main.tf", text)]).await
    }

    pub(crate) async fn apply_files<'t>(&mut self, files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Planned {
        let planned = self.plan_files(files).await;
        assert!(!planned.plan.errored, "{}", planned.messages().join("\n"));
        self.state = self.carry_out(&planned).await;
        planned
    }

    /// The simplest application there is: block by block, deletes last.
    async fn carry_out(&self, planned: &Planned) -> State {
        let Planned { plan, config, .. } = planned;
        let providers = self.providers();
        let moment = Moment { planned: Some(plan.timestamp), now: Some(plan.timestamp) };
        let settings = Settings { purpose: Purpose::Apply, folder: ".".into(), workspace: "default".into(), moment };
        let world = World::new(config, &providers, plan.variables.clone(), settings);
        let used = plan.prior.resources.values().filter_map(|resource| resource.provider.parse().ok());
        let (graph, _) = hotswap_plan::Graph::new(config, &providers, used.collect::<Vec<_>>());
        let state = std::sync::Mutex::new(plan.prior.clone());
        let nothing_but = |change: &&ResourceChange| change.deposed.is_none() && change.action != Action::Delete;
        let changes: BTreeMap<&ResourceInstance, &ResourceChange> =
            plan.changes.iter().filter(nothing_but).map(|change| (&change.address, change)).collect();
        graph
            .walk()
            .run(|node| {
                let (world, providers, graph, state, changes) = (&world, &providers, &graph, &state, &changes);
                async move {
                    let mut findings = Findings::default();
                    match node {
                        Node::Provider(address) => {
                            let value = world.provider_config(address, &mut findings.diagnostics).unwrap();
                            assert!(!providers.configure(address, value).await.has_errors());
                        }
                        Node::Resource(block) => {
                            for object in world.expand(block, &mut findings.diagnostics).unwrap() {
                                let mut diagnostics = Vec::new();
                                let config = world.object_config(&object, &mut diagnostics);
                                let config = config.unwrap_or_else(|| panic!("{diagnostics:?}"));
                                let address = world.provider_of(&block.module, &block.resource).unwrap();
                                let ty = providers.object_type(&address.source, &block.resource).unwrap();
                                let change = changes.get(&object);
                                let value = match change.map(|change| change.action) {
                                    None | Some(Action::NoOp) => {
                                        let stored = state.lock().unwrap().current(&object).unwrap().attributes.clone();
                                        json::decode(stored.as_str().as_bytes(), &ty.ty).unwrap()
                                    }
                                    Some(Action::Read) => {
                                        let source = providers.data_source(&address, &block.resource.ty).unwrap();
                                        hotswap_sdk::state::read_data_source(&*source, config.value).await.state
                                    }
                                    Some(action) => {
                                        let resource = providers.resource(&address, &block.resource.ty).unwrap();
                                        let prior = Some(change.unwrap().before.clone())
                                            .filter(|prior| !prior.is_null() && action == Action::Update);
                                        let planned = hotswap_sdk::plan::resource_change(
                                            &*resource,
                                            hotswap_sdk::plan::ChangeRequest {
                                                prior: prior.clone(),
                                                config: config.value.clone(),
                                                private: Vec::new(),
                                            },
                                        )
                                        .await
                                        .planned;
                                        let request = ApplyRequest {
                                            prior,
                                            planned: Some(planned),
                                            config: config.value,
                                            private: Vec::new(),
                                            operation: Operation::default(),
                                        };
                                        resource_change(&*resource, request).await.state.unwrap()
                                    }
                                };
                                let mut stored = Object::new(0, Json::new(&json::encode(&value, &ty.ty).unwrap()).unwrap());
                                stored.status = Status::Ready;
                                stored.sensitive_attributes = ty.sensitive_paths(&value, &config.sensitive);
                                stored.dependencies = graph.resource_dependencies(block);
                                let sensitive = stored.sensitive_attributes.clone();
                                state.lock().unwrap().set_current(&object, &address.to_string(), stored);
                                world.set_object(&object, value, sensitive);
                            }
                        }
                        node => world.evaluate(node, &mut findings),
                    }
                    assert!(!findings.has_errors(), "{:?}", findings.diagnostics);
                    Outcome::Done
                }
            })
            .await;
        let mut state = state.into_inner().unwrap();
        for change in plan.changes.iter().filter(|change| matches!(change.action, Action::Delete | Action::Forget)) {
            if change.action == Action::Delete {
                self.remote.things.lock().unwrap().remove(change.before.get("id").as_str().unwrap_or_default());
            }
            match &change.deposed {
                Some(key) => drop(state.remove_deposed(&change.address, key)),
                None => drop(state.remove_current(&change.address)),
            }
        }
        state.outputs.retain(|name, _| config.root().outputs.contains_key(name.as_str()));
        for (name, output) in &config.root().outputs {
            if let Some(value) = world.output(&hotswap_value::address::ModuleInstance::root(), name) {
                let value = value.unmarked(&mut Marks::default());
                state.set_output(name, value.ty(), value.to_value(), output.sensitive);
            }
        }
        state
    }
}

/// A configuration without faults.
pub(crate) fn loaded<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Config {
    let texts = Texts(files.into_iter().map(|(path, text)| (path.into(), text.to_owned())).collect());
    let loaded = load(&texts, Path::new("."));
    let faults: Vec<&Diagnostic> = loaded.diagnostics.iter().filter(|fault| fault.is_error()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    loaded.config
}

impl Planned {
    /// What is done, a line for each object of which something is: `test_thing.a create`, `test_thing.b[0] delete (DeleteBecauseCountIndex)`.
    pub(crate) fn actions(&self) -> Vec<String> {
        let changes = self.plan.changes.iter().filter(|change| change.action != Action::NoOp || change.previous.is_some());
        changes
            .map(|change| {
                let deposed = change.deposed.as_ref().map(|key| format!(" deposed {key}")).unwrap_or_default();
                let reason = change.reason.map(|reason| format!(" ({reason:?})")).unwrap_or_default();
                let moved = change.previous.as_ref().map(|previous| format!(" was {previous}")).unwrap_or_default();
                let import = change.importing.as_ref().map(|id| format!(" import {id}")).unwrap_or_default();
                format!("{}{deposed} {:?}{reason}{moved}{import}", change.address, change.action)
            })
            .collect()
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn change(&self, address: &str) -> &ResourceChange {
        self.plan.changes.iter().find(|change| change.address.to_string() == address).unwrap()
    }

    /// The messages: `error 3: Summary: detail`, with the line it is about.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.diagnostics
            .iter()
            .map(|diagnostic| {
                let severity = if diagnostic.is_error() { "error" } else { "warning" };
                let line = diagnostic.range.map(|range| format!(" {}", self.config.sources.position(range.file, range.start).line));
                format!("{severity}{}: {}: {}", line.unwrap_or_default(), diagnostic.summary, diagnostic.detail)
            })
            .collect()
    }
}
