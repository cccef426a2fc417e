//! Text with interpolations and directives.

use hotswap_value::Type;

use super::{Evaluator, unknown};
use crate::{
    Kind, Marks, Val,
    ast::{Expr, TemplateFor, TemplatePart},
    convert::convert,
};

/// The text so far.
struct Text {
    text: String,
    known: bool,
    marks: Marks,
}

impl Evaluator<'_> {
    pub(super) fn template(&mut self, parts: &[TemplatePart]) -> Val {
        if let [TemplatePart::Interpolation(expr)] = parts {
            return self.eval(expr);
        }
        let mut text = Text { text: String::new(), known: true, marks: Marks::NONE };
        self.parts(parts, &mut text);
        let value = if text.known { Val::from(text.text) } else { unknown(Type::String) };
        value.marked(text.marks)
    }

    fn parts(&mut self, parts: &[TemplatePart], text: &mut Text) {
        for part in parts {
            match part {
                TemplatePart::Text(part) => text.text.push_str(part),
                TemplatePart::Interpolation(expr) => self.interpolation(expr, text),
                TemplatePart::If(parts) => {
                    let (condition, yes, no) = &**parts;
                    self.template_if(condition, yes, no, text);
                }
                TemplatePart::For(this) => self.template_for(this, text),
            }
        }
    }

    fn interpolation(&mut self, expr: &Expr, text: &mut Text) {
        let errors = self.errors();
        let value = self.eval(expr);
        text.marks |= value.marks;
        if self.errors() > errors || value.is_unknown() {
            text.known = false;
            return;
        }
        match convert(&value, &Type::String) {
            Ok(Val { kind: Kind::String(part), .. }) => text.text.push_str(&part),
            Ok(Val { kind: Kind::Null(_), .. }) => {
                self.fault(expr, "Invalid template interpolation value", "The value is null, which is no part of a text.");
                text.known = false;
            }
            Ok(_) => text.known = false,
            Err(error) => {
                self.fault(expr, "Invalid template interpolation value", format!("The value can't be put into a text: {error}."));
                text.known = false;
            }
        }
    }

    /// Both sides are evaluated; faults of the one that isn't taken don't count.
    fn template_if(&mut self, condition: &Expr, yes: &[TemplatePart], no: &[TemplatePart], text: &mut Text) {
        let truth = self.truth(condition);
        text.marks |= truth.marks;
        match truth.as_bool() {
            Some(true) => self.parts(yes, text),
            Some(false) => self.parts(no, text),
            None => {
                for side in [yes, no] {
                    let mut either = Text { text: String::new(), known: true, marks: Marks::NONE };
                    let _ = self.quietly(|this| this.parts(side, &mut either));
                    text.marks |= either.marks;
                }
                text.known = false;
            }
        }
    }

    fn template_for(&mut self, this: &TemplateFor, text: &mut Text) {
        let errors = self.errors();
        let collection = self.eval(&this.collection);
        text.marks |= collection.marks;
        if self.errors() > errors {
            text.known = false;
            return;
        }
        let Some(pairs) = self.pairs(&this.collection, &collection) else {
            text.known = false;
            return;
        };
        for (key, value) in pairs {
            let names = this.key.iter().map(|name| (name.clone(), key.clone())).chain([(this.value.clone(), value)]);
            let names: Vec<_> = names.collect();
            self.with_names(names, |evaluator| evaluator.parts(&this.body, text));
        }
    }
}
