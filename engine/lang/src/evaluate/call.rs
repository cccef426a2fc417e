//! Calls of functions.

use std::sync::Arc;

use hotswap_value::Type;

use super::{Evaluator, phrase::Cause, suggest::hint, unknown};
use crate::{Diagnostics, Kind, Marks, Range, Val, ast::Expr, convert::with_article, functions};

impl Evaluator<'_> {
    pub(super) fn call(&mut self, expr: &Expr, name: &Arc<str>, name_range: Range, arguments: &[Expr], expand: bool) -> Val {
        match name.strip_prefix("core::").unwrap_or(name) {
            "try" => return self.try_each(expr, arguments),
            "can" => return self.can(expr, arguments),
            _ => {}
        }
        let errors = self.errors();
        let mut values = Vec::with_capacity(arguments.len());
        let mut open = None;
        for (index, argument) in arguments.iter().enumerate() {
            let value = self.eval(argument);
            if expand && index + 1 == arguments.len() {
                match self.expanded(argument, &value) {
                    Some(elements) => values.extend(elements),
                    None => open = Some(value.marks),
                }
            } else {
                values.push(value);
            }
        }
        if self.errors() > errors {
            return Val::unknown();
        }
        if let Some(marks) = open {
            return Val::unknown().marked(values.iter().fold(marks, |marks, value| marks | value.all_marks()));
        }
        if let Some(rest) = name.strip_prefix("provider::") {
            return self.provider_call(expr, name, rest, name_range, arguments, &values);
        }
        match functions::call(name, &values, self.scope) {
            Some(Ok(value)) => value,
            Some(Err(error)) => self.failed(expr, name, arguments, error.argument, &error.text),
            None => {
                let detail = format!("There is no function {name:?}.{}", hint(name, functions::names()));
                self.fault_at(name_range, expr, Cause::Other, "Call to unknown function", detail)
            }
        }
    }

    /// The arguments that `...` makes of the last one; `None` if they are not known, or can't be, which is told.
    fn expanded(&mut self, argument: &Expr, value: &Val) -> Option<Vec<Val>> {
        match &value.kind {
            Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
                Some(elements.iter().map(|element| element.clone().marked(value.marks)).collect())
            }
            Kind::Unknown(Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_)) => None,
            Kind::Null(_) => {
                self.fault(argument, "Invalid expanding argument value", "The value before ... is null; it must be a list, set or tuple.");
                None
            }
            _ => {
                let detail = format!("The value before ... is {}; it must be a list, set or tuple.", with_article(&value.ty()));
                self.fault(argument, "Invalid expanding argument value", detail);
                None
            }
        }
    }

    fn failed(&mut self, expr: &Expr, name: &str, arguments: &[Expr], at: Option<usize>, text: &str) -> Val {
        match at.and_then(|index| arguments.get(index).or(arguments.last())) {
            Some(argument) => {
                let detail = format!("{}.", sentence(text));
                self.fault_at(argument.range, argument, Cause::Other, "Invalid function argument", format!("Call to {name}: {detail}"))
            }
            None => self.fault(expr, "Error in function call", format!("Call to function {name:?} failed: {}.", sentence(text))),
        }
    }

    fn provider_call(&mut self, expr: &Expr, name: &str, rest: &str, name_range: Range, arguments: &[Expr], values: &[Val]) -> Val {
        let Some((provider, function)) = rest.split_once("::") else {
            let detail = format!("{name:?} is no function. A provider's function is called by provider::NAME::FUNCTION.");
            return self.fault_at(name_range, expr, Cause::Other, "Call to unknown function", detail);
        };
        if let Some(index) = values.iter().position(Val::is_null) {
            return self.failed(expr, name, arguments, Some(index), "the argument must not be null");
        }
        let mut marks = Marks::NONE;
        let bare: Vec<Val> = values.iter().map(|value| value.clone().unmarked(&mut marks)).collect();
        if !bare.iter().all(Val::is_wholly_known) {
            return Val::unknown().marked(marks);
        }
        match self.scope.call_provider_function(provider, function, &bare) {
            Some(Ok(value)) => value.marked(marks),
            Some(Err((argument, text))) => self.failed(expr, name, arguments, argument, &text),
            None => {
                let detail = format!("There is no function {function:?} of a provider {provider:?} here.");
                self.fault_at(name_range, expr, Cause::Other, "Call to unknown function", detail)
            }
        }
    }

    /// The first argument that can be evaluated.
    fn try_each(&mut self, expr: &Expr, arguments: &[Expr]) -> Val {
        if arguments.is_empty() {
            return self.fault(expr, "Not enough function arguments", "try needs at least one argument.");
        }
        let mut faults = Diagnostics::new();
        for argument in arguments {
            let (value, told) = self.quietly(|this| this.eval(argument));
            if !told.iter().any(crate::Diagnostic::is_error) {
                // What is not known yet may still turn out to lead nowhere.
                return if value.is_wholly_known() { value } else { Val::unknown() };
            }
            faults.extend(told);
        }
        let faults: Vec<String> = faults.into_iter().map(|fault| format!("\n- {}: {}", fault.summary, fault.detail)).collect();
        let detail = format!("None of the arguments of try can be evaluated:{}", faults.concat());
        self.fault(expr, "Error in function call", detail)
    }

    /// Whether its argument can be evaluated.
    fn can(&mut self, expr: &Expr, arguments: &[Expr]) -> Val {
        let [argument] = arguments else {
            return self.fault(expr, "Wrong number of function arguments", "can takes exactly one argument.");
        };
        let (value, told) = self.quietly(|this| this.eval(argument));
        match told.iter().any(crate::Diagnostic::is_error) {
            true => false.into(),
            false if value.is_wholly_known() => true.into(),
            false => unknown(Type::Bool),
        }
    }
}

/// A text to go on a sentence with: without the period that may end it.
fn sentence(text: &str) -> &str {
    text.strip_suffix('.').unwrap_or(text)
}
