//! The graph as text for Graphviz.

use std::fmt::Write;

use super::{Graph, Node};

impl Graph {
    /// The graph in DOT, blocks in order, each edge from a block to one it needs. Edges that follow from others are left out.
    pub fn to_dot(&self) -> String {
        let mut text = String::from("digraph {\n  rankdir = \"RL\";\n  node [shape = rect, fontname = \"sans-serif\"];\n");
        let mut nodes: Vec<&Node> = self.nodes().filter(|node| !matches!(node, Node::Module(_))).collect();
        nodes.sort();
        for node in &nodes {
            let _ = writeln!(text, "  {};", quoted(node));
        }
        for node in nodes {
            let mut needs: Vec<&Node> = self.direct(node);
            needs.sort();
            needs.dedup();
            for need in needs {
                let _ = writeln!(text, "  {} -> {};", quoted(node), quoted(need));
            }
        }
        text.push_str("}\n");
        text
    }

    /// What a block needs and nothing else of that needs.
    fn direct(&self, node: &Node) -> Vec<&Node> {
        let needs: Vec<&Node> = self.needs(node).collect();
        let indirect: Vec<_> = needs.iter().map(|need| self.with_needs(self.needs(need))).collect();
        let mut direct = Vec::new();
        for (position, need) in needs.iter().enumerate() {
            if indirect.iter().enumerate().any(|(other, under)| other != position && under.contains(need)) {
                continue;
            }
            match need {
                // The end of a module stands for what is in it.
                Node::Module(_) => direct.extend(self.needs(need).filter(|inner| !matches!(inner, Node::Module(_)))),
                need => direct.push(need),
            }
        }
        direct
    }
}

fn quoted(node: &Node) -> String {
    format!("{:?}", node.to_string())
}
