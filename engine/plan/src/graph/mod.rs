//! The graph of a configuration: which block needs which others.
//!
//! Built over all modules at once, precise to the variable and output of a module, so that two modules may use each other as long as
//! no value goes round in a circle. Edges lead from a block to what it needs.

mod build;
mod cycle;
mod dot;
mod node;
mod walk;

use std::collections::{HashMap, HashSet};

use hotswap_lang::{Range, config::Config};
use hotswap_value::address::{ResourceBlock, ResourceMode};
use petgraph::{
    graph::{DiGraph, NodeIndex},
    visit::Dfs,
};

pub use self::{
    node::Node,
    walk::{Outcome, Walk},
};

/// The blocks of a configuration and what each needs.
#[derive(Debug)]
pub struct Graph {
    graph: DiGraph<Node, Option<Range>>,
    index: HashMap<Node, NodeIndex>,
    /// Blocks that refer to what isn't there: evaluating them would only say so once more.
    faulty: HashSet<NodeIndex>,
    /// What the `depends_on` of a block, and those of the calls of its module, name.
    explicit: HashMap<NodeIndex, Vec<NodeIndex>>,
}

impl Graph {
    /// Every block.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.graph.node_weights()
    }

    /// What a block needs directly.
    pub fn needs(&self, node: &Node) -> impl Iterator<Item = &Node> {
        let index = self.index.get(node).copied();
        index.into_iter().flat_map(|index| self.graph.neighbors(index)).map(|index| &self.graph[index])
    }

    /// These blocks and everything they need, directly or not.
    pub fn with_needs<'n>(&self, nodes: impl IntoIterator<Item = &'n Node>) -> HashSet<&Node> {
        let stack = nodes.into_iter().filter_map(|node| self.index.get(node).copied()).collect();
        let mut dfs = Dfs::from_parts(stack, petgraph::visit::Visitable::visit_map(&self.graph));
        let mut found = HashSet::new();
        while let Some(index) = dfs.next(&self.graph) {
            found.insert(&self.graph[index]);
        }
        found
    }

    /// These blocks and everything that needs them, directly or not.
    pub fn with_users<'n>(&self, nodes: impl IntoIterator<Item = &'n Node>) -> HashSet<&Node> {
        let stack = nodes.into_iter().filter_map(|node| self.index.get(node).copied()).collect();
        let reversed = petgraph::visit::Reversed(&self.graph);
        let mut dfs = Dfs::from_parts(stack, petgraph::visit::Visitable::visit_map(&self.graph));
        let mut found = HashSet::new();
        while let Some(index) = dfs.next(reversed) {
            found.insert(&self.graph[index]);
        }
        found
    }

    /// The resources and data sources a resource needs, directly or not, in the order the state has them.
    pub fn resource_dependencies(&self, block: &ResourceBlock) -> Vec<ResourceBlock> {
        self.resources_under([&Node::Resource(block.clone())], Some(block))
    }

    /// The resources and data sources that the `depends_on` of a block, or of a call of its module, name, with all that those need.
    pub fn explicit_dependencies(&self, block: &ResourceBlock) -> Vec<ResourceBlock> {
        let Some(explicit) = self.index.get(&Node::Resource(block.clone())).and_then(|index| self.explicit.get(index)) else {
            return Vec::new();
        };
        self.resources_under(explicit.iter().map(|index| &self.graph[*index]), Some(block))
    }

    /// The managed resources that a block refers to itself, without what those need.
    pub fn referenced_resources(&self, block: &ResourceBlock) -> Vec<ResourceBlock> {
        let node = Node::Resource(block.clone());
        let needed = self.needs(&node).filter_map(|node| match node {
            Node::Resource(block) if block.resource.mode == ResourceMode::Managed => Some(block.clone()),
            _ => None,
        });
        needed.collect()
    }

    fn resources_under<'n>(&self, nodes: impl IntoIterator<Item = &'n Node>, except: Option<&ResourceBlock>) -> Vec<ResourceBlock> {
        let found = self.with_needs(nodes).into_iter().filter_map(|node| match node {
            Node::Resource(block) if Some(block) != except => Some(block.clone()),
            _ => None,
        });
        let mut found: Vec<ResourceBlock> = found.collect();
        found.sort_by_cached_key(ToString::to_string);
        found
    }

    /// The resources whose replacements must be made first because something that needs them has `create_before_destroy`: what is
    /// replaced there must not go while the old object still uses it.
    pub fn create_before_destroy(&self, config: &Config) -> HashSet<ResourceBlock> {
        let asked = self.nodes().filter(|node| match node {
            Node::Resource(block) => {
                let config = config.modules.get(&block.module).and_then(|module| module.resources.get(&block.resource));
                config.is_some_and(|config| config.lifecycle.create_before_destroy == Some(true))
            }
            _ => false,
        });
        let needed = self.with_needs(asked).into_iter().filter_map(|node| match node {
            Node::Resource(block) if block.resource.mode == ResourceMode::Managed => Some(block.clone()),
            _ => None,
        });
        needed.collect()
    }

    /// Whether a block refers to what isn't there.
    pub fn is_faulty(&self, node: &Node) -> bool {
        self.index.get(node).is_some_and(|index| self.faulty.contains(index))
    }
}
