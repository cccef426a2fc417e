//! Taking a block apart: each argument and nested block is asked for by name; what nobody asked for is a fault.

use hotswap_value::Type;

use super::constant;
use crate::{
    Diagnostic, Diagnostics, Kind, Range, Val,
    ast::{Attribute, Block, Body, Expr},
    convert,
    evaluate::suggest,
};

/// What is left of a block's body, and what was asked for so far.
pub(super) struct Arguments {
    body: Body,
    /// The block's header.
    pub(super) header: Range,
    arguments: Vec<&'static str>,
    blocks: Vec<&'static str>,
    pub(super) faults: Diagnostics,
}

impl Arguments {
    pub(super) fn new(block: Block) -> Self {
        Self::of_body(block.body, block.header)
    }

    pub(super) fn of_body(body: Body, header: Range) -> Self {
        Self { body, header, arguments: Vec::new(), blocks: Vec::new(), faults: Vec::new() }
    }

    /// A fault somewhere in the block.
    pub(super) fn fault(&mut self, range: Range, summary: &str, detail: impl Into<String>) {
        self.faults.push(Diagnostic::error(summary, detail).at(range).within(self.header));
    }

    /// Takes an argument.
    pub(super) fn take(&mut self, name: &'static str) -> Option<Attribute> {
        self.arguments.push(name);
        let index = self.body.attributes.iter().position(|attribute| &*attribute.name == name)?;
        Some(self.body.attributes.remove(index))
    }

    /// Takes an argument's expression.
    pub(super) fn expr(&mut self, name: &'static str) -> Option<Expr> {
        self.take(name).map(|attribute| attribute.value)
    }

    /// Takes an argument that must be there.
    pub(super) fn required(&mut self, name: &'static str) -> Option<Attribute> {
        let attribute = self.take(name);
        if attribute.is_none() {
            self.fault(self.header, "Missing required argument", format!("The argument {name:?} is required here and is not set."));
        }
        attribute
    }

    /// Takes an argument that is text written out.
    pub(super) fn string(&mut self, name: &'static str) -> Option<(String, Range)> {
        let attribute = self.take(name)?;
        let range = attribute.value.range;
        match self.constant(name, &attribute.value, &Type::String)?.kind {
            Kind::String(text) => Some((text.to_string(), range)),
            _ => None,
        }
    }

    /// Takes an argument that is true or false, written out.
    pub(super) fn bool(&mut self, name: &'static str) -> Option<(bool, Range)> {
        let attribute = self.take(name)?;
        let range = attribute.value.range;
        match self.constant(name, &attribute.value, &Type::Bool)?.kind {
            Kind::Bool(truth) => Some((truth, range)),
            _ => None,
        }
    }

    /// The value of an expression that may refer to nothing, as one of a type. Null counts as absent.
    pub(super) fn constant(&mut self, name: &str, expr: &Expr, ty: &Type) -> Option<Val> {
        let value = match constant::evaluate(expr) {
            Ok(value) => value,
            Err(faults) => {
                self.faults.extend(faults.into_iter().map(|fault| fault.within(self.header)));
                return None;
            }
        };
        match convert::convert(&value, ty) {
            Ok(value) if value.is_null() => None,
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(expr.range, "Invalid value", format!("The argument {name:?} can't have this value: {error}."));
                None
            }
        }
    }

    /// Takes the nested blocks of a type.
    pub(super) fn blocks(&mut self, ty: &'static str) -> Vec<Block> {
        self.blocks.push(ty);
        let (taken, left) = std::mem::take(&mut self.body.blocks).into_iter().partition(|block: &Block| &*block.ty == ty);
        self.body.blocks = left;
        taken
    }

    /// Takes the nested block of a type, of which there may be one.
    pub(super) fn block(&mut self, ty: &'static str) -> Option<Block> {
        let mut blocks = self.blocks(ty).into_iter();
        let first = blocks.next()?;
        for second in blocks {
            self.fault(second.header, "Block given twice", format!("There may be one {ty:?} block here, and there is one before this."));
        }
        Some(first)
    }

    /// What nobody asked for, which is well; with the faults so far.
    pub(super) fn rest(self) -> (Body, Diagnostics) {
        (self.body, self.faults)
    }

    /// Tells of everything that nobody asked for.
    pub(super) fn finish(mut self) -> Diagnostics {
        self.refuse_arguments();
        self.refuse_blocks();
        self.faults
    }

    fn refuse_arguments(&mut self) {
        for attribute in std::mem::take(&mut self.body.attributes) {
            let name = &*attribute.name;
            let detail = if self.blocks.contains(&name) {
                format!("{name:?} is a block here, not an argument: write {name} {{ … }} without the equals sign.")
            } else {
                format!("An argument named {name:?} is not expected here.{}", did_you_mean(name, self.arguments.iter().copied()))
            };
            self.fault(attribute.name_range, "Unsupported argument", detail);
        }
    }

    /// Tells of every nested block that nobody asked for.
    pub(super) fn refuse_blocks(&mut self) {
        for block in std::mem::take(&mut self.body.blocks) {
            let ty = &*block.ty;
            let detail = if self.arguments.contains(&ty) {
                format!("{ty:?} is an argument here, not a block: write {ty} = …")
            } else {
                format!("Blocks of type {ty:?} are not expected here.{}", did_you_mean(ty, self.blocks.iter().copied()))
            };
            self.fault(block.header, "Unsupported block type", detail);
        }
    }
}

/// A sentence that names the candidate that is meant, with a space before it; empty if nothing is near.
pub(super) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    suggest(name, candidates).map(|candidate| format!(" Did you mean {candidate:?}?")).unwrap_or_default()
}
