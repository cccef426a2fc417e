//! The difference of two values as a tree: what there is to show, before it is text.

use hotswap_value::Value;

/// One value, or the change from one to another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) act: Act,
    /// Whether this very change makes a replacement of the object.
    pub(super) replaces: bool,
    pub(super) shape: Shape,
}

/// What happens to a value: the symbol before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Nothing,
    Create,
    Update,
    Delete,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// A number, a text, true, false or null, on either side or both.
    Scalar { before: Option<Value>, after: Option<Value> },
    /// A text that is a JSON document on both sides; `spaces`: only white space differs.
    Json { document: Box<Node>, spaces: bool },
    /// Attributes by name. `of_schema`: those that go say so one by one.
    Object { attributes: Vec<(String, Node)>, of_schema: bool },
    /// Elements by key.
    Map { elements: Vec<(String, Node)> },
    /// Elements in order. `context`: a change is shown between its neighbours.
    List { elements: Vec<Node>, context: bool },
    /// Elements without order.
    Set { elements: Vec<Node> },
    /// Something not known yet, in the place of what there was.
    Unknown { before: Option<Box<Node>> },
    /// Something hidden. `change`: what happens to its being hidden, if something does.
    Sensitive { change: Option<Hiding> },
    /// Something only the configuration has.
    WriteOnly,
    /// A value of another kind.
    Other { before: Box<Node>, after: Box<Node> },
}

/// A change of what is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hiding {
    Begins,
    Ends,
}

impl Node {
    pub(super) fn new(act: Act, shape: Shape) -> Self {
        Self { act, replaces: false, shape }
    }
}

impl Shape {
    /// Whether a part of it changes.
    pub(super) fn has_change(&self) -> bool {
        let changes = |node: &Node| node.act != Act::Nothing;
        match self {
            Self::Object { attributes, .. } => attributes.iter().any(|(_, node)| changes(node)),
            Self::Map { elements } => elements.iter().any(|(_, node)| changes(node)),
            Self::List { elements, .. } | Self::Set { elements } => elements.iter().any(changes),
            _ => false,
        }
    }
}

impl Act {
    /// From presence and sameness.
    pub(super) fn of<T: PartialEq>(before: Option<T>, after: Option<T>) -> Self {
        match (before, after) {
            (None, None) => Self::Nothing,
            (None, Some(_)) => Self::Create,
            (Some(_), None) => Self::Delete,
            (Some(before), Some(after)) if before == after => Self::Nothing,
            (Some(_), Some(_)) => Self::Update,
        }
    }
}
