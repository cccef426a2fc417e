//! The order of an apply: which block is evaluated, which object is made and which is destroyed before which other.
//!
//! A block's objects are made after everything it refers to; what refers to it waits until all of them are made. An object is
//! destroyed after those that refer to it, as the state remembers; one that is replaced creation first is destroyed last of all.

use std::collections::{BTreeMap, HashMap, HashSet};

use hotswap_plan::{Action, Graph, Mode, Node, Plan, ResourceChange};
use hotswap_value::address::ResourceBlock;

use crate::schedule::{Id, Schedule};

/// One thing to do. Changes are named by their place in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item<'g> {
    /// Evaluate a block; of a resource: find out how many objects it stands for and take over those that stay as they are.
    Block(&'g Node),
    /// All objects of a block are made, or all of them destroyed: what waits for that may go on.
    Gate,
    /// Create, update or read an object.
    Make(usize),
    /// Destroy an object.
    Destroy(usize),
    /// Take an object out of the state and leave it alone.
    Forget(usize),
}

/// Everything a plan asks for, in its order. The graph is the configuration's.
pub(crate) fn order<'g>(plan: &Plan, graph: &'g Graph) -> Schedule<Item<'g>> {
    let mut order = Order { plan, schedule: Schedule::default(), begin: HashMap::new(), end: HashMap::new(), made: HashMap::new() };
    order.blocks(graph);
    order.makes();
    order.destroys();
    order.schedule
}

struct Order<'p, 'g> {
    plan: &'p Plan,
    schedule: Schedule<Item<'g>>,
    /// Where a block is evaluated.
    begin: HashMap<&'g Node, Id>,
    /// Where everything of a block is done.
    end: HashMap<&'g Node, Id>,
    made: HashMap<usize, Id>,
}

impl<'g> Order<'_, 'g> {
    fn blocks(&mut self, graph: &'g Graph) {
        let only = self.needed(graph);
        for node in graph.nodes().filter(|node| only.as_ref().is_none_or(|only| only.contains(node))) {
            let begin = self.schedule.add(Item::Block(node));
            let end = match node {
                Node::Resource(_) => self.schedule.add(Item::Gate),
                _ => begin,
            };
            self.schedule.order(begin, end);
            self.begin.insert(node, begin);
            self.end.insert(node, end);
        }
        for (node, begin) in &self.begin {
            for end in graph.needs(node).filter_map(|need| self.end.get(need)) {
                self.schedule.order(*end, *begin);
            }
        }
    }

    /// The blocks that must be evaluated; nothing: all of them. When everything is destroyed, only what the providers need; when the
    /// plan was limited, only what its changes need.
    fn needed(&self, graph: &'g Graph) -> Option<HashSet<&'g Node>> {
        if self.plan.mode == Mode::Destroy {
            return Some(graph.with_needs(graph.nodes().filter(|node| matches!(node, Node::Provider(_)))));
        }
        if self.plan.targets.is_empty() {
            return None;
        }
        let planned: HashSet<ResourceBlock> = self.plan.changes.iter().map(|change| change.address.block()).collect();
        let counts = |node: &&Node| match node {
            Node::Provider(_) => true,
            Node::Resource(block) => planned.contains(block),
            Node::Output(module, name) => module.is_root() && self.plan.outputs.contains_key(name),
            _ => false,
        };
        Some(graph.with_needs(graph.nodes().filter(counts)))
    }

    fn makes(&mut self) {
        for (index, change) in self.plan.changes.iter().enumerate() {
            let item = match change.action {
                Action::Create | Action::Update | Action::Read | Action::DeleteThenCreate | Action::CreateThenDelete => Item::Make(index),
                Action::Forget => Item::Forget(index),
                Action::NoOp | Action::Delete => continue,
            };
            let id = self.schedule.add(item);
            self.made.insert(index, id);
            let block = Node::Resource(change.address.block());
            if let (Some(begin), Some(end)) = (self.begin.get(&block), self.end.get(&block)) {
                self.schedule.order(*begin, id);
                self.schedule.order(id, *end);
            }
        }
    }

    fn destroys(&mut self) {
        let plan = self.plan;
        let destroyed: Vec<(usize, &ResourceChange)> = plan.changes.iter().enumerate().filter(|(_, change)| is_destroyed(change)).collect();
        let mut ids = BTreeMap::new();
        // A gate a block, so that thousands that wait for thousands are no millions of pairs.
        let mut gone: HashMap<ResourceBlock, Id> = HashMap::new();
        for (index, change) in &destroyed {
            let id = self.schedule.add(Item::Destroy(*index));
            let gate = *gone.entry(change.address.block()).or_insert_with(|| self.schedule.add(Item::Gate));
            self.schedule.order(id, gate);
            self.after_provider(change, id);
            ids.insert(*index, id);
        }
        let users = self.users();
        for (index, change) in &destroyed {
            let (id, block) = (ids[index], change.address.block());
            if let Some(made) = self.made.get(index) {
                match change.action {
                    Action::CreateThenDelete => self.schedule.order(*made, id),
                    _ => self.schedule.order(id, *made),
                }
            }
            for user in users.get(&block).into_iter().flatten() {
                if let Some(gate) = gone.get(user).filter(|_| *user != block) {
                    self.schedule.order(*gate, id);
                }
                if is_last(change)
                    && let Some(end) = self.end.get(&Node::Resource(user.clone()))
                {
                    self.schedule.order(*end, id);
                }
            }
        }
        self.makes_after_destroys(&destroyed, &ids);
    }

    /// What is made and referred to something that goes, as the state remembers, is made after that is gone, unless it goes last.
    fn makes_after_destroys(&mut self, destroyed: &[(usize, &ResourceChange)], ids: &BTreeMap<usize, Id>) {
        let mut first: HashMap<ResourceBlock, Id> = HashMap::new();
        for (index, change) in destroyed.iter().filter(|(_, change)| !is_last(change)) {
            let gate = *first.entry(change.address.block()).or_insert_with(|| self.schedule.add(Item::Gate));
            self.schedule.order(ids[index], gate);
        }
        for (index, made) in &self.made {
            let change = &self.plan.changes[*index];
            let Some(object) = self.plan.prior.current(&change.address).filter(|_| change.action != Action::Read) else { continue };
            for gate in object.dependencies.iter().filter(|block| **block != change.address.block()).filter_map(|block| first.get(block)) {
                self.schedule.order(*gate, *made);
            }
        }
    }

    /// An object whose block is gone still needs its provider.
    fn after_provider(&mut self, change: &ResourceChange, id: Id) {
        let Ok(address) = change.provider.parse() else { return };
        if let Some(end) = self.end.get(&Node::Provider(address)) {
            self.schedule.order(*end, id);
        }
    }

    /// Which blocks refer to a block: as the state remembers, and as the plan says.
    fn users(&self) -> HashMap<ResourceBlock, HashSet<ResourceBlock>> {
        let mut users: HashMap<ResourceBlock, HashSet<ResourceBlock>> = HashMap::new();
        let mut note = |user: ResourceBlock, used: &[ResourceBlock]| {
            for used in used {
                users.entry(used.clone()).or_default().insert(user.clone());
            }
        };
        for (address, instance) in self.plan.prior.iter() {
            for object in instance.current.iter().chain(instance.deposed.values()) {
                note(address.block(), &object.dependencies);
            }
        }
        self.plan.changes.iter().for_each(|change| note(change.address.block(), &change.dependencies));
        users
    }
}

/// Whether an object is destroyed, be it to make way for another.
fn is_destroyed(change: &ResourceChange) -> bool {
    matches!(change.action, Action::Delete | Action::DeleteThenCreate | Action::CreateThenDelete)
}

/// Whether it goes after everything else is made.
fn is_last(change: &ResourceChange) -> bool {
    change.action == Action::CreateThenDelete
        || (change.action == Action::Delete && change.create_before_destroy)
        || change.deposed.is_some()
}
