//! Cycles: which blocks need each other, told in order.

use std::collections::{HashMap, VecDeque, hash_map::Entry};

use hotswap_lang::{Diagnostic, Range};
use petgraph::{algo::tarjan_scc, graph::NodeIndex};

use super::{Graph, Node};

impl Graph {
    /// The error for the first cycle there is.
    pub(super) fn cycle(&self) -> Option<Diagnostic> {
        let component = tarjan_scc(&self.graph)
            .into_iter()
            .filter(|component| component.len() > 1 || self.graph.contains_edge(component[0], component[0]))
            .min_by_key(|component| component.iter().map(|index| self.graph[*index].to_string()).min())?;
        let cycle = self.shortest(&component)?;
        let range = self.ranges(&cycle).next();
        let diagnostic = match cycle.as_slice() {
            [only] => {
                let name = &self.graph[*only];
                let detail = format!("{name} refers to itself; its value would have to be known before it is made.");
                Diagnostic::error("Reference to itself", detail)
            }
            _ => {
                let mut names: Vec<String> =
                    cycle.iter().map(|index| &self.graph[*index]).filter(|node| !is_plumbing(node)).map(ToString::to_string).collect();
                names.extend(names.first().cloned());
                let detail = format!(
                    "These need each other, so none of them can be first: {}. Each needs the one after it; one of the references has to go.",
                    names.join(" -> ")
                );
                Diagnostic::error("Cycle", detail)
            }
        };
        Some(Diagnostic { range, ..diagnostic })
    }

    /// The shortest way from a block of the component back to it, starting at the first by name.
    fn shortest(&self, component: &[NodeIndex]) -> Option<Vec<NodeIndex>> {
        let start = *component
            .iter()
            .filter(|index| !is_plumbing(&self.graph[**index]))
            .min_by_key(|index| self.graph[**index].to_string())
            .or(component.first())?;
        if self.graph.contains_edge(start, start) {
            return Some(vec![start]);
        }
        let mut came_from: HashMap<NodeIndex, NodeIndex> = HashMap::new();
        let mut queue = VecDeque::from([start]);
        while let Some(at) = queue.pop_front() {
            let mut next: Vec<NodeIndex> = self.graph.neighbors(at).filter(|next| component.contains(next)).collect();
            next.sort_by_cached_key(|index| self.graph[*index].to_string());
            for next in next {
                if next == start {
                    let mut cycle = vec![at];
                    while let Some(before) = came_from.get(&cycle[cycle.len() - 1]) {
                        cycle.push(*before);
                    }
                    cycle.reverse();
                    return Some(cycle);
                }
                if let Entry::Vacant(entry) = came_from.entry(next) {
                    entry.insert(at);
                    queue.push_back(next);
                }
            }
        }
        None
    }

    fn ranges<'g>(&'g self, cycle: &'g [NodeIndex]) -> impl Iterator<Item = Range> + 'g {
        let next = cycle.iter().cycle().skip(1);
        cycle.iter().zip(next).filter_map(|(from, to)| self.graph.find_edge(*from, *to)).filter_map(|edge| self.graph[edge])
    }
}

/// Nodes that nobody wrote.
fn is_plumbing(node: &Node) -> bool {
    matches!(node, Node::Validation(..))
}
