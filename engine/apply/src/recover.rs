//! After an apply that ended early: what its journal knows goes into the state, and what it had begun is looked into.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use hotswap_lang::{Diagnostic, Diagnostics, Severity, Val, config::Config};
use hotswap_plan::{
    Findings, Graph, Node, ObjectType, Observer, OpenResources, Outcome as Visited, ProviderAddress, Providers, Settings, World,
};
use hotswap_sdk::{Operation, apply, apply::ApplyRequest};
use hotswap_state::{Local, Object, State, Status};
use hotswap_value::{Value, address::ResourceMode, msgpack};

use crate::{
    journal::{self, Act, Intent, Journal, JournalError, LeftOver, Outcome, blocks},
    object,
};

/// What is left to look into.
#[derive(Debug)]
pub struct Recovery {
    path: PathBuf,
    /// How many outcomes went into the state.
    pub folded: usize,
    /// What was begun, and nobody knows what came of it.
    pub open: Vec<Intent>,
}

/// Takes over what an apply that ended early left beside the state's file: what was done goes into `state`. `None` if there is
/// nothing.
///
/// To be called under the state's lock, right after reading it. Writes nothing: [`Recovery::finish`] does.
pub fn recover(local: &Local, state: &mut State) -> Result<Option<Recovery>, JournalError> {
    let path = Journal::path_for(&local.paths().write);
    let Some(left) = Journal::left_over(&path)? else { return Ok(None) };
    if state.serial > 0 && left.lineage != state.lineage {
        return Err(JournalError::Foreign { path });
    }
    let folded = fold(&left, state);
    Ok(Some(Recovery { path, folded, open: left.open }))
}

/// Puts outcomes into a state. If somebody else has written it since, only what it doesn't know at all: the rest a refresh finds.
fn fold(left: &LeftOver, state: &mut State) -> usize {
    let untouched = state.serial == left.serial;
    state.lineage.clone_from(&left.lineage);
    let mut folded = 0;
    for (intent, outcome) in &left.done {
        let new = state.current(&intent.address).is_none();
        if untouched || (new && intent.act == Act::Create) {
            put(state, intent, outcome);
            folded += 1;
        }
    }
    folded
}

fn put(state: &mut State, intent: &Intent, outcome: &Outcome) {
    let object = outcome.object.as_ref().and_then(object::from_journal).map(|object| Object {
        dependencies: blocks(&intent.dependencies),
        create_before_destroy: intent.create_before_destroy,
        ..object
    });
    match (&intent.act, object) {
        (Act::Delete { deposed: Some(key) }, None) => drop(state.remove_deposed(&intent.address, key)),
        (Act::Delete { deposed: Some(key) }, Some(object)) => state.set_deposed(&intent.address, key, &intent.provider, object),
        (_, Some(object)) => state.set_current(&intent.address, &intent.provider, object),
        (_, None) => drop(state.remove_current(&intent.address)),
    }
}

impl Recovery {
    /// Looks into what was begun, by asking for it once more under its key, and writes the state; the journal is gone then.
    ///
    /// Only creates are asked for again: what became of a change or a destroy, a refresh finds. If one can't be found out about, that
    /// is an error, and the journal stays.
    pub async fn finish(
        self,
        config: &Config,
        variables: BTreeMap<Arc<str>, Val>,
        providers: &Providers,
        settings: Settings,
        local: &mut Local,
        state: &mut State,
    ) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let creates: Vec<&Intent> = self.open.iter().filter(|intent| intent.act == Act::Create).collect();
        if !creates.is_empty() {
            // Configured apart: these are told to stop from the start, so that a rollout is not waited for.
            let providers = providers.fresh();
            let used = creates.iter().filter_map(|intent| intent.provider.parse().ok());
            let world = World::new(config, &providers, variables, settings);
            let open = OpenResources::new(Observer::default());
            configure(&world, &open, used).await;
            providers.stop();
            for intent in creates {
                match repeat(intent, &providers).await {
                    Ok(object) => state.set_current(&intent.address, &intent.provider, object),
                    Err(problem) => diagnostics.push(not_found_out(intent, &problem, &self.path)),
                }
            }
            // What was made is known by now, whatever becomes of what it was made with.
            let said = open.close(&world).await.into_iter().map(|said| Diagnostic { severity: Severity::Warning, ..said });
            diagnostics.extend(said);
        }
        if diagnostics.iter().any(Diagnostic::is_error) {
            return diagnostics;
        }
        if let Err(error) = local.write(state) {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            diagnostics.push(Diagnostic::error("The state was not written", format!("{error}{cause}.")));
            return diagnostics;
        }
        if let Err(error) = journal::remove(&self.path) {
            diagnostics.push(Diagnostic::error("The journal was not removed", format!("{error}.")));
        }
        let detail = format!(
            "An earlier apply ended before it was done. What it had done was taken over from its journal: {} outcomes, and {} changes that \
             had been begun.",
            self.folded,
            self.open.len()
        );
        diagnostics.push(Diagnostic::warning("An interrupted apply was recovered", detail));
        diagnostics
    }
}

/// Configures every provider whose configuration can be known.
async fn configure(world: &World<'_>, open: &Arc<OpenResources>, used: impl Iterator<Item = ProviderAddress>) {
    let (graph, faults) = Graph::new(world.config(), world.providers(), used);
    if faults.iter().any(Diagnostic::is_error) {
        return;
    }
    let needed = graph.with_needs(graph.nodes().filter(|node| matches!(node, Node::Provider(_))));
    graph.walk().only(needed).run(|node| configure_with(world, open, node)).await;
}

async fn configure_with(world: &World<'_>, open: &Arc<OpenResources>, node: &Node) -> Visited {
    let mut findings = Findings::default();
    match node {
        Node::Resource(block) if block.resource.mode == ResourceMode::Ephemeral => world.open(block, open, &mut findings).await,
        Node::Provider(address) => match world.provider_config(address, &mut findings.diagnostics) {
            Some(config) => match world.providers().configure(address, config).await.has_errors() {
                true => Visited::Failed,
                false => Visited::Done,
            },
            None => Visited::Failed,
        },
        node => {
            world.evaluate(node, &mut findings);
            if findings.has_errors() { Visited::Failed } else { Visited::Done }
        }
    }
}

/// Asks for a create once more: the platform gives back what it made the first time.
async fn repeat(intent: &Intent, providers: &Providers) -> Result<Object, String> {
    let address: ProviderAddress = intent.provider.parse().map_err(|error| format!("{error}"))?;
    let resource = providers.resource(&address, &intent.address.resource.ty).ok_or("its provider could not be configured")?;
    let ty = providers.object_type(&address.source, &intent.address.resource).ok_or("its provider has no such type")?;
    let planned = decode(intent.planned.as_deref(), ty)?;
    let config = decode(intent.config.as_deref(), ty)?;
    let private = intent.private.clone().unwrap_or_default();
    let operation = Operation::new(intent.key.clone(), Arc::new(|_| {}));
    let request = ApplyRequest { prior: None, planned: Some(planned), config, private, operation };
    let response = apply::resource_change(resource.as_ref(), request).await;
    let failed = response.diagnostics.has_errors();
    let said = response.diagnostics.iter().map(|diagnostic| format!("{}: {}", diagnostic.summary, diagnostic.detail)).collect::<Vec<_>>();
    let Some(object) = response.state else { return Err(said.join(" ")) };
    let object = object::to_state(&object.unknown_as_null(), ty, Vec::new(), response.private)?;
    Ok(Object {
        status: if failed { Status::Tainted } else { Status::Ready },
        dependencies: blocks(&intent.dependencies),
        create_before_destroy: intent.create_before_destroy,
        ..object
    })
}

fn decode(bytes: Option<&[u8]>, ty: &ObjectType) -> Result<Value, String> {
    let bytes = bytes.ok_or("its plan is not in the journal")?;
    msgpack::decode(bytes, &ty.ty).map_err(|error| error.to_string())
}

fn not_found_out(intent: &Intent, problem: &str, path: &Path) -> Diagnostic {
    let detail = format!(
        "An earlier apply ended while {} was being created, and it can't be found out whether it was: {problem} Nothing was planned. Try again \
         once that is put right; or delete {} to give up on it, and import the object if it exists.",
        intent.address,
        path.display()
    );
    Diagnostic::error("An interrupted apply can't be recovered", detail).for_object(&intent.address)
}

#[cfg(test)]
mod tests;
