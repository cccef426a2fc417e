//! Whether what an expression names exists, and may be named there.

use std::sync::Arc;

use hotswap_value::{
    Step,
    address::{ResourceMode, ResourceName},
};

use super::{Checker, Place};
use crate::{
    Range, Subject,
    ast::{Expr, ExprKind},
    config::{Repeat, arguments::did_you_mean},
    evaluate::{Reference, references},
    functions,
};

impl Checker<'_> {
    /// Checks what an expression refers to and calls; gives its references.
    pub(super) fn expr(&mut self, expr: &Expr, place: Place) -> Vec<Reference> {
        self.expr_and_references(expr, place, &[])
    }

    /// The same, where `names` stand for elements of `dynamic` blocks.
    pub(super) fn expr_with(&mut self, expr: &Expr, place: Place, names: &[Arc<str>]) {
        self.expr_and_references(expr, place, names);
    }

    fn expr_and_references(&mut self, expr: &Expr, place: Place, names: &[Arc<str>]) -> Vec<Reference> {
        let mut faults = Vec::new();
        let found = references(expr, &mut faults);
        let is_name = |name: &str| names.iter().any(|other| **other == *name);
        faults.retain(|fault| !fault.range.is_some_and(|range| is_name(self.config.sources.text(range))));
        self.faults.extend(faults.into_iter().map(|fault| if fault.context.is_none() { fault.within(place.header) } else { fault }));
        for reference in &found {
            if !matches!(&reference.subject, Subject::Resource(name) if name.mode == ResourceMode::Managed && is_name(&name.ty)) {
                self.subject(&reference.subject, &reference.steps, reference.range, place);
            }
        }
        self.functions(expr, place);
        found
    }

    fn functions(&mut self, expr: &Expr, place: Place) {
        let mut calls = Vec::new();
        expr.walk(&mut |expr| {
            if let ExprKind::Call { name, name_range, .. } = &expr.kind {
                calls.push((name.clone(), *name_range));
            }
        });
        for (name, range) in calls {
            let parts: Vec<&str> = name.split("::").collect();
            match parts[..] {
                [name] | ["core", name] => {
                    if !functions::names().any(|known| known == name) {
                        let hint = did_you_mean(name, functions::names());
                        self.fault(range, place.header, "Unknown function", format!("There is no function {name:?}.{hint}"));
                    }
                }
                ["provider", provider, _] => {
                    if !self.module.required_providers.contains_key(provider) {
                        let known = self.module.required_providers.keys().map(|name| &**name);
                        let hint = did_you_mean(provider, known);
                        let detail = format!(
                            "This module doesn't name a provider {provider:?} in required_providers, which it must to call its functions.{hint}"
                        );
                        self.fault(range, place.header, "Unknown provider", detail);
                    }
                }
                _ => {
                    let detail = format!("{name:?} is no function. A provider's function is called by provider::NAME::FUNCTION.");
                    self.fault(range, place.header, "Unknown function", detail);
                }
            }
        }
    }

    /// Checks one reference: what it names, and the constant steps after that.
    pub(super) fn subject(&mut self, subject: &Subject, steps: &[Step], range: Range, place: Place) {
        let module = self.module;
        match subject {
            Subject::Variable(name) => {
                if !module.variables.contains_key(name) {
                    let hint = did_you_mean(name, module.variables.keys().map(|name| &**name));
                    let detail = format!("No variable {:?} is declared in {}.{hint}", &**name, self.module_text());
                    self.fault(range, place.header, "Undeclared variable", detail);
                }
            }
            Subject::Local(name) => {
                if !module.locals.contains_key(name) {
                    let hint = did_you_mean(name, module.locals.keys().map(|name| &**name));
                    let detail = format!("No local value {:?} is set in {}.{hint}", &**name, self.module_text());
                    self.fault(range, place.header, "Undeclared local value", detail);
                }
            }
            Subject::Module(name) => self.module_reference(name, steps, range, place),
            Subject::Resource(name) => self.resource_reference(name, steps, range, place),
            Subject::EachKey | Subject::EachValue => {
                if !place.each {
                    let detail = "It exists only in blocks with for_each. Add for_each to the block, or refer to something else.";
                    self.fault(range, place.header, "each outside for_each", detail);
                }
            }
            Subject::CountIndex => {
                if !place.count {
                    let detail = "It exists only in blocks with count. Add count to the block, or refer to something else.";
                    self.fault(range, place.header, "count.index outside count", detail);
                }
            }
            Subject::SelfObject => {
                if !place.has_self {
                    let detail =
                        "An object can refer to itself only in its postconditions. Elsewhere refer to other objects by type and name.";
                    self.fault(range, place.header, "self is not available here", detail);
                }
            }
            Subject::Path(_) | Subject::Terraform(_) => {}
        }
    }

    /// The module by its folder, so that the same fault of a module that is called twice is the same message.
    fn module_text(&self) -> String {
        if self.module.path.is_root() { "the root module".to_owned() } else { format!("the module in {}", self.module.folder.display()) }
    }

    fn module_reference(&mut self, name: &Arc<str>, steps: &[Step], range: Range, place: Place) {
        let module = self.module;
        let Some(call) = module.calls.get(name) else {
            let hint = did_you_mean(name, module.calls.keys().map(|name| &**name));
            let detail = format!("No module {:?} is called in {}.{hint}", &**name, self.module_text());
            return self.fault(range, place.header, "Undeclared module", detail);
        };
        let output = match (&call.repeat, steps) {
            (Repeat::Once, [Step::Attribute(output) | Step::Key(output), ..]) => output,
            (Repeat::Count(_) | Repeat::ForEach(_), [Step::Attribute(first), ..]) if !self.is_key(&call.repeat, first) => {
                return self.without_key(&format!("module.{name}"), &call.repeat, first, range, place);
            }
            (Repeat::Count(_) | Repeat::ForEach(_), [_, Step::Attribute(output) | Step::Key(output), ..]) => output,
            _ => return,
        };
        // A module that could not be loaded has its own message.
        let Some(called) = self.config.modules.get(&module.path.child(name)) else { return };
        if !called.outputs.contains_key(&**output) {
            let hint = did_you_mean(output, called.outputs.keys().map(|name| &**name));
            let detail = format!("The module {:?} has no output {output:?}.{hint}", &**name);
            self.fault(range, place.header, "Undeclared output", detail);
        }
    }

    /// `.name` may give a key of `for_each` as `["name"]` does.
    fn is_key(&self, repeat: &Repeat, name: &str) -> bool {
        match repeat {
            Repeat::ForEach(Expr { kind: ExprKind::Object(items), .. }) => items.iter().any(|(key, _)| match key {
                crate::ast::ObjectKey::Name(key, _) => &**key == name,
                crate::ast::ObjectKey::Expr(Expr { kind: ExprKind::String(key), .. }) => &**key == name,
                crate::ast::ObjectKey::Expr(_) => true,
            }),
            // What the keys are is known only when it is evaluated.
            Repeat::ForEach(_) => true,
            _ => false,
        }
    }

    fn without_key(&mut self, object: &str, repeat: &Repeat, attribute: &str, range: Range, place: Place) {
        let (word, key) = if matches!(repeat, Repeat::Count(_)) { ("count", "[count.index]") } else { ("for_each", "[each.key]") };
        let detail = format!(
            "{object} has {word}, so it is not one object: say which one is meant, as in {object}{key}.{attribute}, or take all by {}.",
            if word == "count" { format!("{object}[*].{attribute}") } else { format!("values({object})[*].{attribute}") }
        );
        self.fault(range, place.header, "Missing key", detail);
    }

    fn resource_reference(&mut self, name: &ResourceName, steps: &[Step], range: Range, place: Place) {
        let module = self.module;
        if let Some(resource) = module.resources.get(name) {
            if let [Step::Attribute(first), ..] = steps
                && !matches!(resource.repeat, Repeat::Once)
                && !self.is_key(&resource.repeat, first)
            {
                self.without_key(&name.to_string(), &resource.repeat, first, range, place);
            }
            return;
        }
        let what = name.mode.noun();
        let modes = [ResourceMode::Managed, ResourceMode::Data, ResourceMode::Ephemeral];
        let mut others = modes.into_iter().map(|mode| ResourceName { mode, ..name.clone() });
        let other = others.find(|other| module.resources.contains_key(other));
        let hint = other.map_or_else(|| self.nearest_resource(name), |other| format!(" Did you mean {other}?"));
        let mut detail = format!("No {what} {name} is declared in {}.{hint}", self.module_text());
        if hint.is_empty() && name.mode == ResourceMode::Managed && !name.ty.contains('_') {
            detail += &format!(" If text is meant, it needs quotes: \"{}\".", self.config.sources.text(range));
        }
        self.fault(range, place.header, "Undeclared resource", detail);
    }

    fn nearest_resource(&self, name: &ResourceName) -> String {
        let wanted = name.to_string();
        let known: Vec<String> = self.module.resources.keys().map(ToString::to_string).collect();
        let roots = ["var", "local", "module", "data", "ephemeral", "each", "count", "path", "terraform"];
        if name.mode == ResourceMode::Managed
            && let Some(root) = crate::evaluate::suggest(&name.ty, roots)
        {
            return format!(" Did you mean {root}.{}?", name.name);
        }
        crate::evaluate::suggest(&wanted, known.iter().map(String::as_str))
            .map_or_else(String::new, |near| format!(" Did you mean {near}?"))
    }
}
