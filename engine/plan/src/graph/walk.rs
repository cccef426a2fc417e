//! Walking the graph: each block when what it needs is done, as many at a time as there are.

use std::{collections::HashSet, future::Future};

use futures::{StreamExt, stream::FuturesUnordered};
use petgraph::{Direction, graph::NodeIndex};

use super::{Graph, Node};

/// How a visit to a block ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What needs it can go on.
    Done,
    /// What needs it is skipped.
    Failed,
}

/// A walk of the graph.
pub struct Walk<'g> {
    graph: &'g Graph,
    only: Option<HashSet<&'g Node>>,
}

impl Graph {
    /// A walk over every block.
    pub fn walk(&self) -> Walk<'_> {
        Walk { graph: self, only: None }
    }
}

impl<'g> Walk<'g> {
    /// Leaves out every block but these. What they need must be among them.
    #[must_use]
    pub fn only(mut self, nodes: HashSet<&'g Node>) -> Self {
        self.only = Some(nodes);
        self
    }

    /// Visits every block once, after all it needs; those that need one that failed are not visited and are returned.
    ///
    /// Visits run concurrently on the calling task. The graph must have no cycle: blocks in one are never visited.
    pub async fn run<F, Fut>(self, visit: F) -> Vec<&'g Node>
    where
        F: Fn(&'g Node) -> Fut,
        Fut: Future<Output = Outcome>,
    {
        let graph = &self.graph.graph;
        let counts = |index: NodeIndex| self.only.as_ref().is_none_or(|only| only.contains(&graph[index]));
        let mut waiting: Vec<usize> =
            graph.node_indices().map(|index| graph.neighbors(index).filter(|need| counts(*need)).count()).collect();
        let mut skip = vec![false; graph.node_count()];
        let mut skipped = Vec::new();
        let mut ready: Vec<NodeIndex> = graph.node_indices().filter(|index| counts(*index) && waiting[index.index()] == 0).collect();
        // The last is taken first.
        ready.reverse();
        let mut running = FuturesUnordered::new();
        loop {
            while let Some(index) = ready.pop() {
                if skip[index.index()] {
                    skipped.push(&graph[index]);
                    Self::done(graph, index, Outcome::Failed, &mut waiting, &mut skip, &mut ready, &counts);
                    continue;
                }
                let visit = visit(&graph[index]);
                running.push(async move { (index, visit.await) });
            }
            match running.next().await {
                Some((index, outcome)) => Self::done(graph, index, outcome, &mut waiting, &mut skip, &mut ready, &counts),
                None => return skipped,
            }
        }
    }

    fn done(
        graph: &petgraph::graph::DiGraph<Node, Option<hotswap_lang::Range>>,
        index: NodeIndex,
        outcome: Outcome,
        waiting: &mut [usize],
        skip: &mut [bool],
        ready: &mut Vec<NodeIndex>,
        counts: &impl Fn(NodeIndex) -> bool,
    ) {
        for user in graph.neighbors_directed(index, Direction::Incoming).filter(|user| counts(*user)) {
            skip[user.index()] |= outcome == Outcome::Failed;
            waiting[user.index()] -= 1;
            if waiting[user.index()] == 0 {
                ready.push(user);
            }
        }
    }
}
