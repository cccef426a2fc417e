//! Names in a configuration: labels that must be identifiers, and expressions that are references or addresses.

use hotswap_value::address::Target;

use super::{DependsOn, ProviderName, arguments::Arguments};
use crate::{
    Range, Subject,
    ast::{Block, Expr, ExprKind},
    evaluate, syntax,
};

/// Splits off the labels a block must have; a fault if it has others.
pub(super) fn labels<const N: usize>(block: &Block, what: [&str; N], faults: &mut crate::Diagnostics) -> Option<[std::sync::Arc<str>; N]> {
    let labels: Vec<_> = block.labels.iter().map(|(label, _)| label.clone()).collect();
    if let Some((extra, range)) = block.labels.get(N) {
        let due = if N == 0 { "no labels".to_owned() } else { format!("only {N}: {}", what.join(" and ")) };
        faults.push(
            crate::Diagnostic::error("Extra label", format!("A {:?} block takes {due}; {extra:?} is one too many.", &*block.ty))
                .at(*range)
                .within(block.header),
        );
        return None;
    }
    match <[_; N]>::try_from(labels) {
        Ok(labels) => Some(labels),
        Err(labels) => {
            let due: String = what.iter().map(|what| format!(" {:?}", what.to_uppercase())).collect();
            faults.push(
                crate::Diagnostic::error(
                    "Missing label",
                    format!("A {:?} block needs its {}: {}{due} {{ … }}.", &*block.ty, what[labels.len()], &*block.ty),
                )
                .at(block.header)
                .within(block.header),
            );
            None
        }
    }
}

/// A fault if a name is no identifier.
pub(super) fn identifier(name: &str, range: Range, header: Range, faults: &mut crate::Diagnostics) {
    if !syntax::scan::is_identifier(name) {
        let detail = format!(
            "{name:?} can't be a name: a name begins with a letter or underscore and goes on with letters, digits, underscores and dashes."
        );
        faults.push(crate::Diagnostic::error("Invalid name", detail).at(range).within(header));
    }
}

/// `depends_on = [a, b]`.
pub(super) fn depends_on(arguments: &mut Arguments) -> Vec<DependsOn> {
    let Some(attribute) = arguments.take("depends_on") else { return Vec::new() };
    let ExprKind::Tuple(elements) = attribute.value.kind else {
        arguments.fault(
            attribute.value.range,
            "Invalid depends_on",
            "A list of references is due, as in [hotswap_tenant.acme, module.base].",
        );
        return Vec::new();
    };
    let mut found = Vec::new();
    for element in elements {
        let mut faults = Vec::new();
        let mut references = evaluate::references(&traversal(element.clone()), &mut faults).into_iter();
        match references.next() {
            Some(reference) if reference.range.end == element.range.end || !faults.is_empty() => {
                if matches!(reference.subject, Subject::Resource(_) | Subject::Module(_) | Subject::Variable(_) | Subject::Local(_)) {
                    found.push(DependsOn { subject: reference.subject, range: element.range });
                } else {
                    let detail = format!("Nothing can depend on {}; name a resource, a data source or a module.", reference.subject);
                    faults.push(crate::Diagnostic::error("Invalid depends_on", detail).at(element.range));
                }
            }
            _ if faults.is_empty() => {
                let detail = "Each element is a bare reference to a resource, a data source or a module, as in hotswap_tenant.acme.";
                faults.push(crate::Diagnostic::error("Invalid depends_on", detail).at(element.range));
            }
            _ => {}
        }
        let header = arguments.header;
        arguments.faults.extend(faults.into_iter().map(|fault| fault.within(header)));
    }
    found
}

/// In JSON a reference that stands alone is written as text: the template's one expression is meant.
pub(super) fn traversal(expr: Expr) -> Expr {
    let Expr { kind, range } = expr;
    match kind {
        ExprKind::String(text) => match syntax::reference(&text, range) {
            Some(reference) => reference,
            None => Expr { kind: ExprKind::String(text), range },
        },
        kind => Expr { kind, range },
    }
}

/// `hotswap`, `hotswap.eu`.
pub(super) fn provider_name(expr: &Expr) -> Option<ProviderName> {
    let expr = traversal(expr.clone());
    match &expr.kind {
        ExprKind::Variable(name) => Some(ProviderName { name: name.clone(), alias: None }),
        ExprKind::Attribute(base, alias) => match &base.kind {
            ExprKind::Variable(name) => Some(ProviderName { name: name.clone(), alias: Some(alias.clone()) }),
            _ => None,
        },
        _ => None,
    }
}

/// An address that is written as an expression.
pub(super) fn target(expr: &Expr) -> Result<Target, String> {
    let expr = traversal(expr.clone());
    let text = address_text(&expr).ok_or("An address is due, such as hotswap_tenant.acme or module.base, with keys written out.")?;
    text.parse::<Target>().map_err(|error| format!("{:?} is no address: {}.", error.text, error.problem))
}

/// The address an expression spells; `None` if it is none.
pub(super) fn address_text(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(name.to_string()),
        ExprKind::Attribute(base, name) => Some(format!("{}.{name}", address_text(base)?)),
        ExprKind::Index(base, key) => match &key.kind {
            ExprKind::Number(number) => Some(format!("{}[{number}]", address_text(base)?)),
            ExprKind::String(key) => {
                let key = hotswap_value::address::InstanceKey::Key(key.clone());
                Some(format!("{}{key}", address_text(base)?))
            }
            _ => None,
        },
        _ => None,
    }
}

impl std::fmt::Display for ProviderName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.alias {
            Some(alias) => write!(f, "{}.{alias}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
