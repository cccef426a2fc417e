//! Faults that can be found without evaluating anything: what doesn't exist, what isn't allowed where it stands, what is missing.

mod calls;
mod place;
mod references;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use hotswap_value::address::{ModulePath, ResourceBlock, Target};

use super::{CheckRule, Config, Module, Repeat, Resource, arguments::did_you_mean, constant_value, load::sort};
use crate::{
    Diagnostic, Diagnostics, Range, Subject,
    ast::{Body, Expr, ExprKind},
    convert::convert_to_constraint,
};
use place::Place;

/// Every fault that can be found in a loaded configuration without knowing values or providers' schemas, by file and line.
pub fn validate(config: &Config) -> Diagnostics {
    let mut faults = Vec::new();
    for module in config.modules.values() {
        let mut checker = Checker { config, module, faults: Vec::new() };
        checker.module();
        faults.append(&mut checker.faults);
    }
    sort(&mut faults);
    faults
}

/// Checks one module.
struct Checker<'a> {
    config: &'a Config,
    module: &'a Module,
    faults: Diagnostics,
}

impl<'a> Checker<'a> {
    fn fault(&mut self, range: Range, header: Range, summary: &str, detail: impl Into<String>) {
        self.faults.push(Diagnostic::error(summary, detail).at(range).within(header));
    }

    fn module(&mut self) {
        let module = self.module;
        for variable in module.variables.values() {
            self.default(variable);
            let place = Place::new(variable.header);
            self.rules(&variable.validations, place);
            for rule in &variable.validations {
                self.names_itself(rule, &variable.name, variable.header);
            }
        }
        for local in module.locals.values() {
            self.expr(&local.value, Place::new(local.header));
        }
        for output in module.outputs.values() {
            let place = Place::new(output.header);
            if output.ephemeral && module.path.is_root() {
                let detail = "The root module's outputs are kept in the state, which holds nothing ephemeral. Only the outputs of modules that \
                              are called can be ephemeral: remove ephemeral = true.";
                self.fault(output.header, output.header, "Ephemeral output of the root module", detail);
            }
            self.expr(&output.value, place);
            self.rules(&output.preconditions, place);
            self.depends_on(&output.depends_on, output.header);
        }
        for provider in module.providers.values() {
            self.body(&provider.body, Place::new(provider.header), &[]);
        }
        for check in module.checks.values() {
            self.rules(&check.asserts, Place::new(check.header));
        }
        module.resources.values().for_each(|resource| self.resource(resource));
        module.calls.values().for_each(|call| self.call(call));
        self.imports();
        self.removed();
    }

    fn default(&mut self, variable: &super::Variable) {
        let Some(default) = &variable.default else { return };
        match constant_value(default) {
            Err(faults) => self.faults.extend(faults.into_iter().map(|fault| fault.within(variable.header))),
            Ok(value) => {
                if value.is_null() {
                    return;
                }
                if let Err(error) = convert_to_constraint(&value, &variable.ty) {
                    let detail = format!("The default of the variable {:?} is not of its type, {}: {error}.", &*variable.name, variable.ty);
                    self.fault(default.range, variable.header, "Invalid default", detail);
                }
            }
        }
    }

    /// A rule that says nothing of its variable can't be what was meant.
    fn names_itself(&mut self, rule: &CheckRule, name: &Arc<str>, header: Range) {
        let references = crate::evaluate::references(&rule.condition, &mut Vec::new());
        if !references.iter().any(|reference| reference.subject == Subject::Variable(name.clone())) {
            let detail = format!("The condition says nothing of the variable it is for: it must refer to var.{name}.");
            self.fault(rule.condition.range, header, "Invalid validation", detail);
        }
    }

    fn rules(&mut self, rules: &[CheckRule], place: Place) {
        for rule in rules {
            self.expr(&rule.condition, place);
            self.expr(&rule.error_message, place);
        }
    }

    fn resource(&mut self, resource: &Resource) {
        let header = resource.header;
        let place = Place::repeated(header, &resource.repeat);
        self.repeat(&resource.repeat, header);
        self.body(&resource.body, place, &[]);
        self.depends_on(&resource.depends_on, header);
        self.rules(&resource.lifecycle.preconditions, place);
        self.rules(&resource.lifecycle.postconditions, place.with_self());
        for trigger in &resource.lifecycle.replace_triggered_by {
            self.trigger(trigger, place);
        }
        self.provider(&resource.provider, header);
    }

    fn trigger(&mut self, trigger: &Expr, place: Place) {
        let before = self.faults.len();
        let references = self.expr(trigger, place);
        let to_resource = references.iter().any(
            |reference| matches!(&reference.subject, Subject::Resource(name) if name.mode == hotswap_value::address::ResourceMode::Managed),
        );
        if !to_resource && self.faults.len() == before {
            let detail = "A reference to a resource of this module, or to an attribute of one, is due.";
            self.fault(trigger.range, place.header, "Invalid replace_triggered_by", detail);
        }
    }

    fn repeat(&mut self, repeat: &Repeat, header: Range) {
        if let Repeat::Count(expr) | Repeat::ForEach(expr) = repeat {
            self.expr(expr, Place::new(header));
        }
    }

    fn depends_on(&mut self, subjects: &[super::DependsOn], header: Range) {
        for depends_on in subjects {
            self.subject(&depends_on.subject, &[], depends_on.range, Place::new(header));
        }
    }

    /// The expressions of a body. `names` are those of the iterators of the `dynamic` blocks around.
    fn body(&mut self, body: &Body, place: Place, names: &[Arc<str>]) {
        for attribute in &body.attributes {
            self.expr_with(&attribute.value, place, names);
        }
        for block in &body.blocks {
            match &block.labels[..] {
                [(label, _)] if &*block.ty == "dynamic" => self.dynamic(block, label, place, names),
                _ => self.body(&block.body, place, names),
            }
        }
    }

    fn dynamic(&mut self, block: &crate::ast::Block, label: &Arc<str>, place: Place, names: &[Arc<str>]) {
        let mut iterator = label.clone();
        for attribute in &block.body.attributes {
            match &*attribute.name {
                "for_each" => self.expr_with(&attribute.value, place, names),
                "iterator" => match &attribute.value.kind {
                    ExprKind::Variable(name) | ExprKind::String(name) => iterator = name.clone(),
                    _ => self.fault(
                        attribute.value.range,
                        place.header,
                        "Invalid iterator",
                        "A bare word is due, which is the name the element in hand gets.",
                    ),
                },
                "labels" => {}
                name => {
                    let hint = did_you_mean(name, ["for_each", "iterator", "labels"]);
                    let detail =
                        format!("A dynamic block takes for_each, iterator and labels; {name:?} belongs in its content block.{hint}");
                    self.fault(attribute.name_range, place.header, "Unsupported argument", detail);
                }
            }
        }
        if block.body.attribute("for_each").is_none() {
            self.fault(
                block.header,
                place.header,
                "Missing required argument",
                "A dynamic block needs for_each: one block is made for each of its elements.",
            );
        }
        let mut inner = names.to_vec();
        inner.push(iterator);
        if let Some(labels) = block.body.attribute("labels") {
            self.expr_with(&labels.value, place, &inner);
        }
        let mut contents = 0;
        for nested in &block.body.blocks {
            if &*nested.ty == "content" {
                contents += 1;
                self.body(&nested.body, place, &inner);
            } else {
                let detail = format!("A dynamic block holds one content block; {:?} belongs in it.", &*nested.ty);
                self.fault(nested.header, place.header, "Unsupported block type", detail);
            }
        }
        if contents != 1 {
            let detail = format!("A dynamic block holds one content block, which says what each block holds; here are {contents}.");
            self.fault(block.header, place.header, "Invalid dynamic block", detail);
        }
    }

    fn imports(&mut self) {
        let module = self.module;
        for import in &module.imports {
            let mut place = Place::new(import.range);
            if let Some(for_each) = &import.for_each {
                self.expr(for_each, place);
                place = Place::repeated(import.range, &Repeat::ForEach(for_each.clone()));
            }
            self.expr(&import.id, place);
            if let Some(key) = &import.to.key {
                self.expr(key, place);
            }
            let block = ResourceBlock { module: import.to.module.path(), resource: import.to.resource.clone() };
            let exists = self.config.modules.get(&block.module).is_some_and(|module| module.resources.contains_key(&block.resource));
            if !exists {
                let detail = format!("The configuration has no block {block} to import into. Write one, or correct the address.");
                self.fault(import.to.range, import.range, "Import into nothing", detail);
            }
        }
    }

    fn removed(&mut self) {
        let module = self.module;
        for removed in &module.removed {
            let (path, exists) = match &removed.from {
                Target::Module(target) => {
                    let path = self.absolute(&target.path());
                    let exists = self.config.modules.contains_key(&path);
                    (path.to_string(), exists)
                }
                Target::Resource(target) => {
                    let path = self.absolute(&target.module.path());
                    let exists = self.config.modules.get(&path).is_some_and(|module| module.resources.contains_key(&target.resource));
                    (ResourceBlock { module: path, resource: target.resource.clone() }.to_string(), exists)
                }
            };
            if exists {
                let detail = format!("{path} is said to be removed, but its block is still there. Delete one of the two.");
                self.fault(removed.range, removed.range, "Removed block still exists", detail);
            }
        }
    }

    fn absolute(&self, path: &ModulePath) -> ModulePath {
        ModulePath(self.module.path.0.iter().chain(&path.0).cloned().collect())
    }
}
