//! Evaluating the blocks that are no objects: variables, locals, outputs, module calls, checks.

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use hotswap_lang::{
    Diagnostic, Kind, Marks, Scope, Severity, Val,
    config::{Call, Output, Variable},
    convert::type_of_constraint,
    evaluate::{Cause, evaluate, explain},
    variables::settle,
};
use hotswap_value::address::ModulePath;

use super::{Called, Frame, ModuleScope, Purpose, Repetition, World};
use crate::{
    conditions::Findings,
    graph::Node,
    lock::{read, write},
};

impl<'a> World<'a> {
    /// Evaluates a block in every instance of its module. Nothing happens for a resource, a data source and a provider: those are
    /// more than a value.
    pub fn evaluate(&self, node: &Node, findings: &mut Findings) {
        match node {
            Node::Variable(module, name) => self.each(module, |frame| self.variable(frame, name, findings)),
            Node::Validation(module, name) => self.each(module, |frame| self.validation(frame, name, findings)),
            Node::Local(module, name) => self.each(module, |frame| self.local(frame, name, findings)),
            Node::Output(module, name) => self.each(module, |frame| self.evaluate_output(frame, name, findings)),
            Node::Call(module, name) => self.each(module, |frame| self.call(frame, name, findings)),
            Node::Check(module, name) => self.each(module, |frame| self.check(frame, name, findings)),
            Node::Module(_) | Node::Resource(_) | Node::Provider(_) => {}
        }
    }

    fn each(&self, module: &ModulePath, mut evaluate: impl FnMut(&Arc<Frame<'a>>)) {
        self.frames(module).iter().for_each(&mut evaluate);
    }

    fn scope_of(&self, frame: &Arc<Frame<'a>>) -> ModuleScope<'_, 'a> {
        ModuleScope::new(self, frame.clone())
    }

    fn variable(&self, frame: &Arc<Frame<'a>>, name: &Arc<str>, findings: &mut Findings) {
        let Some(variable) = frame.module.variables.get(name) else { return };
        let value = match frame.address.0.split_last() {
            None if self.purpose() == Purpose::Validate && !self.variables.contains_key(name) => {
                let marks = Marks::of(variable.sensitive, variable.ephemeral);
                Val::from(Kind::Unknown(type_of_constraint(&variable.ty))).marked(marks)
            }
            None => self.variables.get(name).cloned().unwrap_or_else(Val::unknown),
            Some((call, parent)) => {
                let parent = hotswap_value::address::ModuleInstance(parent.to_vec());
                let Some(parent) = self.frame(&parent) else { return };
                self.argument(&parent, call, variable, findings)
            }
        };
        write(&frame.variables).insert(name.clone(), value);
    }

    /// The value a call gives a variable.
    fn argument(
        &self,
        parent: &Arc<Frame<'a>>,
        (call, key): &(Arc<str>, hotswap_value::address::InstanceKey),
        variable: &Variable,
        findings: &mut Findings,
    ) -> Val {
        let attribute = parent.module.calls.get(call).and_then(|call| call.arguments.get(&variable.name));
        let data = read(&parent.calls).get(call).map(|called| called.repetition.data(key)).unwrap_or_default();
        let scope = self.scope_of(parent).with_instance(data);
        let given = attribute.map(|attribute| (evaluate(&attribute.value, &scope, &mut findings.diagnostics), attribute.value.range));
        if let (Some((value, range)), Some(attribute)) = (&given, attribute)
            && !variable.ephemeral
            && value.all_marks().ephemeral
        {
            let detail = format!(
                "The variable {:?} of the module takes only values that may be kept, and this one is ephemeral: it is there for one run \
                 only. Declare the variable with ephemeral = true, or give it something else.",
                &*variable.name
            );
            let values = explain(&attribute.value, &scope, Cause::Ephemeral);
            let fault = Diagnostic::error("Ephemeral value for a variable that is not", detail).at(*range);
            findings.diagnostics.push(Diagnostic { values, ..fault });
            return Kind::Unknown(type_of_constraint(&variable.ty)).into();
        }
        let given = given.map(|(value, range)| (value, Some(range)));
        settle(variable, given.as_ref().map(|(value, range)| (value, *range)), &mut findings.diagnostics)
    }

    fn validation(&self, frame: &Arc<Frame<'a>>, name: &Arc<str>, findings: &mut Findings) {
        let Some(variable) = frame.module.variables.get(name) else { return };
        let object = in_module(frame, &format!("var.{name}"));
        findings.check(&object, &variable.validations, "Invalid value for variable", Severity::Error, &self.scope_of(frame));
    }

    fn local(&self, frame: &Arc<Frame<'a>>, name: &Arc<str>, findings: &mut Findings) {
        let Some(local) = frame.module.locals.get(name) else { return };
        let value = evaluate(&local.value, &self.scope_of(frame), &mut findings.diagnostics);
        write(&frame.locals).insert(name.clone(), value);
    }

    fn evaluate_output(&self, frame: &Arc<Frame<'a>>, name: &Arc<str>, findings: &mut Findings) {
        let Some(output) = frame.module.outputs.get(name) else { return };
        let scope = self.scope_of(frame);
        let object = in_module(frame, &format!("output.{name}"));
        if !findings.check(&object, &output.preconditions, "Precondition of output failed", Severity::Error, &scope) {
            return;
        }
        let value = self.output_value(frame, name, output, &scope, findings);
        write(&frame.outputs).insert(name.clone(), value);
    }

    fn output_value(&self, frame: &Frame<'a>, name: &str, output: &Output, scope: &dyn Scope, findings: &mut Findings) -> Val {
        let value = evaluate(&output.value, scope, &mut findings.diagnostics);
        if let Some((summary, detail)) = misplaced(name, output, &value) {
            let values = explain(&output.value, scope, Cause::Ephemeral);
            let fault = Diagnostic::error(summary, detail).at(output.value.range).within(output.header);
            findings.diagnostics.push(Diagnostic { values, ..fault });
            return Kind::Unknown(value.ty()).into();
        }
        if frame.address.is_root() && !output.sensitive && value.all_marks().sensitive {
            let detail = format!(
                "Output {name:?} is made of something sensitive and would show it. If it may be read by whoever reads the state, add \
                 sensitive = true; if it is not secret, put it in nonsensitive()."
            );
            findings
                .diagnostics
                .push(Diagnostic::error("Output shows a sensitive value", detail).at(output.value.range).within(output.header));
        }
        value.marked(Marks::of(output.sensitive, output.ephemeral))
    }

    fn call(&self, frame: &Arc<Frame<'a>>, name: &Arc<str>, findings: &mut Findings) {
        let Some(call) = frame.module.calls.get(name) else { return };
        let Some(module) = self.config.modules.get(&frame.module.path.child(name)) else { return };
        let Some(repetition) = self.call_repetition(frame, call, findings) else { return };
        let frames: BTreeMap<_, _> =
            repetition.keys().into_iter().map(|key| (key.clone(), Arc::new(Frame::new(frame.address.child(name, key), module)))).collect();
        write(&self.modules).entry(module.path.clone()).or_default().extend(frames.values().cloned());
        write(&frame.calls).insert(name.clone(), Arc::new(Called { repetition, frames, whole: RwLock::default() }));
    }

    fn call_repetition(&self, frame: &Arc<Frame<'a>>, call: &Call, findings: &mut Findings) -> Option<Repetition> {
        let scope = self.scope_of(frame);
        match self.purpose() {
            Purpose::Validate => Some(Repetition::validate(&call.repeat, &scope, &mut findings.diagnostics)),
            _ => Repetition::evaluate(&call.repeat, &scope, &mut findings.diagnostics),
        }
    }

    fn check(&self, frame: &Arc<Frame<'a>>, name: &Arc<str>, findings: &mut Findings) {
        let Some(check) = frame.module.checks.get(name) else { return };
        let object = in_module(frame, &format!("check.{name}"));
        findings.check(&object, &check.asserts, "Check failed", Severity::Warning, &self.scope_of(frame));
    }
}

/// What is wrong with the value of an output: it is ephemeral where the output is not, or the other way round.
fn misplaced(name: &str, output: &Output, value: &Val) -> Option<(&'static str, String)> {
    if !output.ephemeral && value.all_marks().ephemeral {
        let detail = format!(
            "Output {name:?} is made of something ephemeral, which is there for one run only. In a module that is called, add ephemeral = \
             true to the output; what may be kept of it comes out with ephemeralasnull()."
        );
        return Some(("Ephemeral value in an output that is not", detail));
    }
    if output.ephemeral && !value.marks.ephemeral {
        let detail =
            format!("Output {name:?} is declared with ephemeral = true, and its value as a whole is not. Remove ephemeral = true.");
        return Some(("Output is not ephemeral", detail));
    }
    None
}

fn in_module(frame: &Frame<'_>, name: &str) -> String {
    if frame.address.is_root() { name.to_owned() } else { format!("{}.{name}", frame.address) }
}
