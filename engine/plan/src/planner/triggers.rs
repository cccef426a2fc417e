//! `replace_triggered_by`: objects that are replaced because others change.

use hotswap_lang::{
    Diagnostic, Diagnostics, Kind, Scope, Subject,
    ast::{Expr, ExprKind},
    config::Resource,
    evaluate::{evaluate, references},
};
use hotswap_value::{
    AttributePath, Step,
    address::{InstanceKey, ResourceInstance, ResourceName},
};

use super::Planner;
use crate::{Action, ResourceChange};

/// What a trigger names.
struct Trigger {
    resource: ResourceName,
    key: Option<InstanceKey>,
    attribute: AttributePath,
}

impl Planner<'_> {
    /// Whether something that `replace_triggered_by` of an object's block names changes.
    pub(super) fn triggered(&self, config: &Resource, address: &ResourceInstance) -> Result<bool, Diagnostics> {
        if config.lifecycle.replace_triggered_by.is_empty() {
            return Ok(false);
        }
        let Some(scope) = self.world.object_scope(address) else { return Ok(false) };
        let mut diagnostics = Vec::new();
        let mut triggered = false;
        for expr in &config.lifecycle.replace_triggered_by {
            match trigger(expr, &scope, &mut diagnostics) {
                Some(trigger) => triggered |= self.pulled(&trigger, address),
                None if diagnostics.is_empty() => {
                    let detail =
                        "It takes references to resources, to objects of them and to their attributes, as in hotswap_plugin.auth.name.";
                    diagnostics.push(Diagnostic::error("Invalid replace_triggered_by", detail).at(expr.range).within(config.header));
                }
                None => {}
            }
        }
        if diagnostics.iter().any(Diagnostic::is_error) { Err(diagnostics) } else { Ok(triggered) }
    }

    fn pulled(&self, trigger: &Trigger, address: &ResourceInstance) -> bool {
        let found = self.found();
        let first = ResourceInstance { module: address.module.clone(), resource: trigger.resource.clone(), key: InstanceKey::None };
        let of_resource = found.changes.range(first.clone()..).take_while(|(other, _)| other.without_key() == first);
        let mut of_resource = of_resource.filter(|(other, _)| trigger.key.as_ref().is_none_or(|key| *key == other.key));
        of_resource.any(|(_, change)| changes(change, &trigger.attribute))
    }
}

fn changes(change: &ResourceChange, attribute: &AttributePath) -> bool {
    if attribute.is_root() {
        return matches!(change.action, Action::Update | Action::DeleteThenCreate | Action::CreateThenDelete);
    }
    change.action != Action::NoOp && change.before.at(attribute) != change.after.at(attribute)
}

/// The resource, key and attribute an expression names; keys are evaluated, as with `count.index`.
fn trigger(expr: &Expr, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Option<Trigger> {
    let mut steps: Vec<Step> = Vec::new();
    let mut at = expr;
    loop {
        let mut ignored = Vec::new();
        let whole = references(at, &mut ignored).into_iter().find(|reference| reference.range == at.range);
        if let Some(reference) = whole
            && let Subject::Resource(resource) = reference.subject
        {
            let mut all = reference.steps;
            steps.reverse();
            all.extend(steps);
            let key = match all.first() {
                Some(Step::Index(index)) => Some(InstanceKey::Index(*index as u64)),
                Some(Step::Key(key)) => Some(InstanceKey::Key(key.as_str().into())),
                _ => None,
            };
            let attribute = all.into_iter().skip(usize::from(key.is_some())).collect();
            return Some(Trigger { resource, key, attribute });
        }
        match &at.kind {
            ExprKind::Attribute(base, name) => {
                steps.push(Step::Attribute(name.to_string()));
                at = base;
            }
            ExprKind::Index(base, key) => {
                let key = evaluate(key, scope, diagnostics);
                steps.push(match &key.kind {
                    Kind::Number(number) => Step::Index(usize::try_from(number.to_u64()?).ok()?),
                    Kind::String(text) => Step::Key(text.to_string()),
                    _ => return None,
                });
                at = base;
            }
            _ => return None,
        }
    }
}
