//! From the tree of a difference to text.

use std::fmt::Write as _;

use similar::{Algorithm, ChangeTag, capture_diff_slices};
use unicode_width::UnicodeWidthStr as _;

use hotswap_value::Value;

use super::{
    node::{Act, Hiding, Node, Shape},
    quote,
    style::{Painter, RED},
};

/// Attributes that tell what an object is: shown although they don't change.
const TELLING: [&str; 3] = ["id", "name", "tags"];

/// How a node is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Without symbols: as it is, not as it changes.
    pub(super) still: bool,
    /// With what doesn't change.
    pub(super) whole: bool,
    /// Whether what goes says ` -> null`.
    pub(super) to_null: bool,
}

pub(super) struct Writer {
    pub(super) painter: Painter,
}

impl Manner {
    /// What changes, and no more.
    pub(super) const CHANGES: Self = Self { still: false, whole: false, to_null: true };
    /// What there is.
    pub(super) const STILL: Self = Self { still: true, whole: true, to_null: false };

    fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    fn to_null(self, to_null: bool) -> Self {
        Self { to_null, ..self }
    }
}

impl Writer {
    /// The text of a node whose first line stands `depth` levels in; what is before it on that line is there already.
    pub(super) fn node(&self, node: &Node, depth: usize, manner: Manner) -> String {
        match &node.shape {
            Shape::Scalar { before, after } => self.scalar(node, before.as_ref(), after.as_ref(), depth, manner),
            Shape::Json { document, spaces } => self.json(node, document, *spaces, depth, manner),
            Shape::Object { attributes, of_schema } => {
                let named = attributes.iter().map(|(name, node)| (quote::name(name), TELLING.contains(&name.as_str()), node)).collect();
                self.named(node, named, "attribute", depth, manner, manner.to_null(*of_schema))
            }
            Shape::Map { elements } => {
                let named = elements.iter().map(|(key, node)| (quote::text(key), false, node)).collect();
                self.named(node, named, "element", depth, manner, manner.to_null(node.act != Act::Delete && manner.to_null))
            }
            Shape::List { elements, context } => self.elements(node, elements, *context, depth, manner),
            Shape::Set { elements } => self.elements(node, elements, false, depth, manner),
            Shape::Unknown { before: None } => format!("(known after apply){}", self.replaces(node)),
            Shape::Unknown { before: Some(before) } => {
                let before = self.node(before, depth, manner.to_null(false));
                format!("{before} {} (known after apply){}", self.painter.arrow(), self.replaces(node))
            }
            Shape::Sensitive { .. } => format!("(sensitive value){}{}", self.to_null(node, manner), self.replaces(node)),
            Shape::WriteOnly => format!("(write-only attribute){}", self.to_null(node, manner)),
            Shape::Other { before, after } => {
                let (before, after) = (self.node(before, depth, manner.to_null(false)), self.node(after, depth, manner));
                format!("{before} {} {after}{}", self.painter.arrow(), self.replaces(node))
            }
        }
    }

    /// What stands before a node, `depth` levels in.
    pub(super) fn lead(&self, act: Act, depth: usize, manner: Manner) -> String {
        let symbol = if manner.still { String::new() } else { self.painter.symbol(act) };
        format!("{}{symbol}", "    ".repeat(depth))
    }

    fn replaces(&self, node: &Node) -> String {
        if node.replaces { format!(" {}", self.painter.paint(RED, "# forces replacement")) } else { String::new() }
    }

    fn to_null(&self, node: &Node, manner: Manner) -> String {
        if manner.to_null && node.act == Act::Delete { format!(" {} {}", self.painter.arrow(), self.null()) } else { String::new() }
    }

    fn null(&self) -> String {
        self.painter.paint(super::style::GREY, "null")
    }

    fn scalar(&self, node: &Node, before: Option<&Value>, after: Option<&Value>, depth: usize, manner: Manner) -> String {
        let lines = |value: Option<&Value>| text(value).is_some_and(|text| text.contains('\n'));
        let texts = [before, after].into_iter().flatten().all(|value| value.as_str().is_some());
        // Two texts that differ in their last line break only have the same lines.
        let told = node.act != Act::Update || text(before).map(split) != text(after).map(split);
        if texts && told && (lines(before) || lines(after)) {
            return self.lines(node, text(before), text(after), depth, manner);
        }
        let shown = |value: Option<&Value>| match value {
            None | Some(Value::Null) => self.null(),
            Some(Value::String(text)) => quote::text(text),
            Some(Value::Bool(truth)) => truth.to_string(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => "(known after apply)".to_owned(),
        };
        match node.act {
            Act::Update => format!("{} {} {}{}", shown(before), self.painter.arrow(), shown(after), self.replaces(node)),
            _ => format!("{}{}{}", shown(before.or(after)), self.to_null(node, manner), self.replaces(node)),
        }
    }

    fn lines(&self, node: &Node, before: Option<&str>, after: Option<&str>, depth: usize, manner: Manner) -> String {
        let mut out = format!("<<-EOT{}\n", self.replaces(node));
        let mut line = |act: Act, text: &str| _ = writeln!(out, "{}{}", self.lead(act, depth + 1, manner), quote::line(text));
        match (before, after) {
            (Some(before), Some(after)) if before != after => {
                let (before, after) = (split(before), split(after));
                for change in capture_diff_slices(Algorithm::Myers, &before, &after).iter().flat_map(|op| op.iter_changes(&before, &after))
                {
                    let act = match change.tag() {
                        ChangeTag::Equal => Act::Nothing,
                        ChangeTag::Delete => Act::Delete,
                        ChangeTag::Insert => Act::Create,
                    };
                    line(act, change.value());
                }
            }
            (one, other) => split(one.or(other).unwrap_or_default()).into_iter().for_each(|text| line(Act::Nothing, text)),
        }
        _ = write!(out, "{}EOT{}", self.lead(Act::Nothing, depth, manner), self.to_null(node, manner));
        out
    }

    fn json(&self, node: &Node, document: &Node, spaces: bool, depth: usize, manner: Manner) -> String {
        let remark = if spaces { format!(" {}", self.painter.remark("only white space changes")) } else { String::new() };
        let mut out = format!("jsonencode({remark}{}\n", self.replaces(node));
        let act = if document.act == Act::Update { Act::Update } else { Act::Nothing };
        // A document that stays the same is nothing to hide: it is what the reader is told of.
        let inner = if document.act == Act::Nothing { manner.whole() } else { manner };
        let text = self.node(document, depth + 1, inner.to_null(false));
        _ = writeln!(out, "{}{text}", self.lead(act, depth + 1, manner));
        _ = write!(out, "{}){}", self.lead(Act::Nothing, depth, manner), self.to_null(node, manner));
        out
    }

    /// `{ name = value … }`: `named` are name, whether it is always shown, and value.
    fn named(&self, node: &Node, named: Vec<(String, bool, &Node)>, noun: &str, depth: usize, manner: Manner, inner: Manner) -> String {
        if named.is_empty() {
            return format!("{{}}{}{}", self.to_null(node, manner), self.replaces(node));
        }
        let mut out = format!("{{{}\n", self.replaces(node));
        out.push_str(&self.named_lines(&named, noun, depth, inner));
        _ = write!(out, "{}}}{}", self.lead(Act::Nothing, depth, manner), self.to_null(node, manner));
        out
    }

    fn named_lines(&self, named: &[(String, bool, &Node)], noun: &str, depth: usize, manner: Manner) -> String {
        let width = named.iter().map(|(name, ..)| name.width()).max().unwrap_or_default();
        let (mut out, mut left_out) = (String::new(), 0);
        for (name, telling, node) in named {
            let still = node.act == Act::Nothing;
            if still && !manner.whole && !telling {
                left_out += 1;
                continue;
            }
            out.push_str(&self.warnings(node, depth + 1, manner));
            let value = self.node(node, depth + 1, if still { manner.whole() } else { manner });
            _ = writeln!(out, "{}{name}{} = {value}", self.lead(node.act, depth + 1, manner), " ".repeat(width - name.width()));
        }
        out.push_str(&self.left_out(noun, left_out, depth, manner));
        out
    }

    fn elements(&self, node: &Node, elements: &[Node], context: bool, depth: usize, manner: Manner) -> String {
        if elements.is_empty() {
            return format!("[]{}{}", self.to_null(node, manner), self.replaces(node));
        }
        let mut out = format!("[{}\n", self.replaces(node));
        let changes = |index: usize| elements.get(index).is_some_and(|element| element.act != Act::Nothing);
        let mut left_out = 0;
        for (index, element) in elements.iter().enumerate() {
            let beside = context && (changes(index + 1) || index.checked_sub(1).is_some_and(changes));
            if element.act == Act::Nothing && !manner.whole && !beside {
                left_out += 1;
                continue;
            }
            // With context, what is left out is told where it is; otherwise order means nothing and it is told at the end.
            if context {
                out.push_str(&self.left_out("element", std::mem::take(&mut left_out), depth, manner));
            }
            out.push_str(&self.warnings(element, depth + 1, manner));
            let inner = if element.act == Act::Nothing { manner.whole() } else { manner };
            let value = self.node(element, depth + 1, inner.to_null(false));
            _ = writeln!(out, "{}{value},", self.lead(element.act, depth + 1, manner));
        }
        out.push_str(&self.left_out("element", left_out, depth, manner));
        _ = write!(out, "{}]{}", self.lead(Act::Nothing, depth, manner), self.to_null(node, manner));
        out
    }

    fn left_out(&self, noun: &str, count: usize, depth: usize, manner: Manner) -> String {
        if count == 0 {
            return String::new();
        }
        let s = if count == 1 { "" } else { "s" };
        let remark = self.painter.remark(format_args!("({count} unchanged {noun}{s} hidden)"));
        format!("{}{remark}\n", self.lead(Act::Nothing, depth + 1, manner))
    }

    fn warnings(&self, node: &Node, depth: usize, manner: Manner) -> String {
        let text = match node.shape {
            Shape::Sensitive { change: Some(Hiding::Begins) } => "is sensitive from here on and will not be shown once this is applied",
            Shape::Sensitive { change: Some(Hiding::Ends) } => "is no longer sensitive and will be shown once this is applied",
            _ => return String::new(),
        };
        let remark = self.painter.paint(super::style::YELLOW, format_args!("# Warning: this value {text}"));
        format!("{}{remark}\n", self.lead(Act::Nothing, depth, manner))
    }
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str)
}

/// The lines of a text; a line break at its end begins no further line.
fn split(text: &str) -> Vec<&str> {
    text.strip_suffix('\n').unwrap_or(text).split('\n').collect()
}
