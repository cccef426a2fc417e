//! What an expression refers to, found without evaluating it, and what is no reference.

use std::sync::Arc;

use hotswap_value::address::ResourceName;

use super::{
    suggest::hint,
    walk::{base, children, constant_step},
};
use crate::{
    Diagnostic, Diagnostics, Range, Subject,
    ast::{Expr, ExprKind},
};

/// Something an expression refers to, found without evaluating it.
#[derive(Debug, Clone)]
pub struct Reference {
    /// What.
    pub subject: Subject,
    /// The part of the expression that names it, with the constant steps after it.
    pub range: Range,
    /// The constant steps that follow the subject, up to the first that is not constant.
    pub steps: Vec<hotswap_value::Step>,
}

/// What an expression refers to, and faults in how it does (`var` alone, `each.kee`).
pub fn references(expr: &Expr, diagnostics: &mut Diagnostics) -> Vec<Reference> {
    let mut found = Vec::new();
    visit(expr, &mut Vec::new(), &mut found, diagnostics);
    found
}

fn visit(expr: &Expr, names: &mut Vec<Arc<str>>, found: &mut Vec<Reference>, diagnostics: &mut Diagnostics) {
    let is_name = |name: &str| names.iter().any(|known| **known == *name);
    match subject(expr, &is_name) {
        Some(Ok(subject)) => return found.push(Reference { subject, range: expr.range, steps: Vec::new() }),
        Some(Err(diagnostic)) => return diagnostics.push(*diagnostic),
        None => {}
    }
    // The steps that follow a reference belong to it while they are constant, so the inner part is looked at first.
    let before = found.len();
    children(expr, &mut |child, more| {
        let outer = names.len();
        names.extend_from_slice(more);
        visit(child, names, found, diagnostics);
        names.truncate(outer);
    });
    if let (Some(base), Some(step)) = (base(expr), constant_step(expr))
        && let Some(reference) = found.get_mut(before)
        && reference.range == base.range
    {
        reference.range = expr.range;
        reference.steps.push(step);
    }
}

/// The subject that this expression, whole, is the name of; why it is none though it begins like one. `None` for everything else,
/// such as a step beyond a subject.
pub(super) fn subject(expr: &Expr, is_name: &dyn Fn(&str) -> bool) -> Option<Result<Subject, Box<Diagnostic>>> {
    match &expr.kind {
        ExprKind::Variable(root) if is_name(root) => None,
        ExprKind::Variable(root) if **root == *"self" => Some(Ok(Subject::SelfObject)),
        ExprKind::Variable(root) => Some(Err(alone(root, expr.range))),
        ExprKind::Attribute(base, name) => match &base.kind {
            ExprKind::Variable(root) if is_name(root) => None,
            ExprKind::Variable(root) => named(root, name, expr.range),
            ExprKind::Attribute(root, ty) => match &root.kind {
                ExprKind::Variable(root) if !is_name(root) => match &**root {
                    "data" => Some(Ok(Subject::Resource(ResourceName::data(ty, name)))),
                    "ephemeral" => Some(Ok(Subject::Resource(ResourceName::ephemeral(ty, name)))),
                    "resource" => Some(Ok(Subject::Resource(ResourceName::managed(ty, name)))),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// `root.name`.
fn named(root: &Arc<str>, name: &Arc<str>, range: Range) -> Option<Result<Subject, Box<Diagnostic>>> {
    let fault = |known: &[&str], what: &str| {
        let detail = format!("\"{root}.{name}\" is nothing; {what}.{}", hint(name, known.iter().copied()));
        Some(Err(Box::new(Diagnostic::error("Invalid reference", detail).at(range))))
    };
    let subject = match (&**root, &**name) {
        ("self", _) => return None,
        ("var", _) => Subject::Variable(name.clone()),
        ("local", _) => Subject::Local(name.clone()),
        ("module", _) => Subject::Module(name.clone()),
        ("each", "key") => Subject::EachKey,
        ("each", "value") => Subject::EachValue,
        ("each", _) => return fault(&["key", "value"], "\"each\" has \"key\" and \"value\""),
        ("count", "index") => Subject::CountIndex,
        ("count", _) => return fault(&["index"], "\"count\" has \"index\" alone"),
        ("path", "module" | "root" | "cwd") => Subject::Path(name.clone()),
        ("path", _) => return fault(&["module", "root", "cwd"], "\"path\" has \"module\", \"root\" and \"cwd\""),
        ("terraform", "workspace" | "applying") => Subject::Terraform(name.clone()),
        ("terraform", _) => return fault(&["workspace", "applying"], "\"terraform\" has \"workspace\" and \"applying\""),
        ("data" | "resource" | "ephemeral", _) => {
            let detail = format!("A type and a name are due after \"{root}\", as in {root}.{name}.NAME.");
            return Some(Err(Box::new(Diagnostic::error("Invalid reference", detail).at(range))));
        }
        (_, name) if name.starts_with(|first: char| first.is_ascii_digit()) => return Some(Err(alone(root, range))),
        _ => Subject::Resource(ResourceName::managed(root, name)),
    };
    Some(Ok(subject))
}

/// A root without what must follow it.
fn alone(root: &str, range: Range) -> Box<Diagnostic> {
    let detail = match root {
        "var" => "\"var\" must be followed by the name of a variable, as in var.NAME.".to_owned(),
        "local" => "\"local\" must be followed by the name of a local value, as in local.NAME.".to_owned(),
        "module" => "\"module\" must be followed by the name of a module call, as in module.NAME.".to_owned(),
        "each" => "\"each\" is no value; it has each.key and each.value.".to_owned(),
        "count" => "\"count\" is no value; it has count.index.".to_owned(),
        "path" => "\"path\" is no value; it has path.module, path.root and path.cwd.".to_owned(),
        "terraform" => "\"terraform\" is no value; it has terraform.workspace and terraform.applying.".to_owned(),
        "data" | "resource" | "ephemeral" => format!("A type and a name are due after \"{root}\", as in {root}.TYPE.NAME."),
        root => {
            let roots = ["var", "local", "module", "each", "count", "path", "terraform", "data", "ephemeral", "self"];
            format!(
                "\"{root}\" is no value here. A resource is referred to by its type and name, as in {root}.NAME; text needs quotes.{}",
                hint(root, roots)
            )
        }
    };
    Box::new(Diagnostic::error("Invalid reference", detail).at(range))
}
