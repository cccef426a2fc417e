//! What is known without planning: a configuration's values over the objects as a state has them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use hotswap_lang::{Diagnostic, Diagnostics, Val, config::Config};
use hotswap_state::State;

use crate::{Findings, Graph, Node, Outcome, Providers, Settings, World};

/// The values a configuration has with its objects as they are in a state, for evaluating expressions beside it. No provider is
/// configured or asked; an object that isn't in the state is unknown.
///
/// Diagnostics are those of the values: the world is of use all the same, and what has a fault in it is unknown.
pub async fn known<'a>(
    config: &'a Config,
    providers: &'a Providers,
    state: &State,
    variables: BTreeMap<Arc<str>, Val>,
    settings: Settings,
) -> (World<'a>, Diagnostics) {
    let (graph, mut diagnostics) = Graph::new(config, providers, []);
    let world = World::new(config, providers, variables, settings);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return (world, diagnostics);
    }
    let found = Mutex::new(Diagnostics::new());
    let visit = |node: &Node| {
        let mut findings = Findings::default();
        match node {
            Node::Resource(block) => world.take_over_block(state, block),
            // Whether conditions hold is no one's question here.
            Node::Provider(_) | Node::Validation(..) | Node::Check(..) => {}
            node => world.evaluate(node, &mut findings),
        }
        found.lock().unwrap_or_else(PoisonError::into_inner).extend(findings.diagnostics);
        std::future::ready(Outcome::Done)
    };
    graph.walk().run(visit).await;
    diagnostics.extend(found.into_inner().unwrap_or_else(PoisonError::into_inner));
    (world, diagnostics)
}
