//! What a plan is limited to.

use std::collections::HashSet;

use hotswap_value::address::{ModuleInstance, ModulePath, ResourceBlock, ResourceInstance, Target};

use super::Planner;
use crate::{Mode, Node};

impl<'a> Planner<'a> {
    /// The blocks to visit.
    pub(super) fn nodes(&self) -> HashSet<&'a Node> {
        if self.options.mode == Mode::Destroy {
            // Only what providers are configured with: nothing else of the configuration matters to what is going to be gone.
            return self.graph.with_needs(self.graph.nodes().filter(|node| matches!(node, Node::Provider(_))));
        }
        if self.options.targets.is_empty() {
            return self.graph.nodes().collect();
        }
        let mut named: Vec<&Node> = self.graph.nodes().filter(|node| self.is_named(node)).collect();
        // Whatever the state has under the targets needs its provider.
        named.extend(
            self.graph.nodes().filter(|node| matches!(node, Node::Provider(address) if self.serves_a_target(&address.to_string()))),
        );
        let mut nodes = self.graph.with_needs(named);
        let outputs: Vec<&Node> = self.graph.nodes().filter(|node| self.is_output_within(node, &nodes)).collect();
        nodes.extend(self.graph.with_needs(outputs));
        nodes
    }

    /// Whether an object belongs to the plan.
    pub(super) fn includes(&self, object: &ResourceInstance) -> bool {
        if self.options.targets.is_empty() {
            return true;
        }
        let block = object.block();
        let mut named = self.options.targets.iter().filter(|target| names(target, &block)).peekable();
        // An object of a block that only others need belongs to it; of a block that is named, those named.
        named.peek().is_none() || named.any(|target| target.contains(object))
    }

    /// Whether an object that nothing asks for any more belongs to the plan.
    pub(super) fn includes_leftover(&self, object: &ResourceInstance, visited: bool) -> bool {
        self.options.targets.is_empty()
            || self.options.targets.iter().any(|target| target.contains(object))
            || (visited && self.includes(object))
    }

    fn is_named(&self, node: &Node) -> bool {
        matches!(node, Node::Resource(block) if self.options.targets.iter().any(|target| names(target, block)))
    }

    fn serves_a_target(&self, provider: &str) -> bool {
        let contains = |object: &ResourceInstance| self.options.targets.iter().any(|target| target.contains(object));
        self.before.resources.iter().any(|(address, resource)| {
            resource.provider == provider
                && resource.instances.keys().any(|key| contains(&ResourceInstance { key: key.clone(), ..address.clone() }))
        })
    }

    /// Whether a node is an output of the root module that needs resources, and only such as belong to the plan.
    fn is_output_within(&self, node: &Node, within: &HashSet<&Node>) -> bool {
        let Node::Output(module, _) = node else { return false };
        if !module.is_root() {
            return false;
        }
        let needs = self.graph.with_needs([node]);
        let mut resources = needs.iter().filter(|need| matches!(need, Node::Resource(_))).peekable();
        resources.peek().is_some() && resources.all(|need| within.contains(*need))
    }
}

/// Whether a target names a block, or objects of it.
fn names(target: &Target, block: &ResourceBlock) -> bool {
    match target {
        Target::Module(module) => block.module.0.starts_with(&module.path().0),
        Target::Resource(object) => object.block() == *block,
    }
}

/// Whether a module instance is, or lies in, one of a path.
pub(super) fn lies_in(module: &ModuleInstance, path: &ModulePath) -> bool {
    module.0.len() >= path.0.len() && module.0.iter().zip(&path.0).all(|((call, _), name)| call == name)
}
