//! From text to the syntax tree.
//!
//! The grammar is Terraform's, read by a scanner and a parser of our own: they keep every place, tell several faults of one
//! file, take away the space of `~` and `<<-` exactly as Terraform does, and bound how deep a tree grows. `fmt` uses the scanner too.

mod expression;
mod json;
mod parser;
pub(crate) mod scan;
mod structure;
mod template;
mod words;

pub use json::{parse_json_file, parse_json_values};
pub(crate) use parser::Origin;
use parser::Parser;
use scan::{Kind, Start};

use crate::{Diagnostic, Diagnostics, FileId, Range, Sources, ast::Body, ast::Expr};

/// Reads a file in native syntax: as much as could be understood, and its faults (at most 20).
pub fn parse_file(sources: &Sources, file: FileId) -> (Body, Diagnostics) {
    let mut parser = Parser::new(&sources.file(file).text, Origin::At(file, 0), Start::Normal);
    let body = parser.file_body();
    (body, parser.diagnostics)
}

/// Reads a text that is one expression, such as a line of the console or the value of `-var`. Line breaks count as spaces.
pub fn parse_expression(sources: &Sources, file: FileId) -> Result<Expr, Diagnostics> {
    let mut parser = Parser::new(&sources.file(file).text, Origin::At(file, 0), Start::Normal);
    let result = parser.with_newlines(false, |parser| {
        let expr = parser.expression()?;
        if parser.peek().kind == Kind::EndOfFile {
            return Ok(expr);
        }
        let found = parser.found();
        Err(parser.unexpected("Unexpected text after the expression", format!("The expression ends before {found}; remove what follows.")))
    });
    result.map_err(|fault: Box<Diagnostic>| vec![*fault])
}

/// Reads a text in quotes that is one expression; `None` if it isn't. Everything in it is said to be at `range`.
pub(crate) fn reference(text: &str, range: Range) -> Option<Expr> {
    let mut parser = Parser::new(text, Origin::Whole { range, line: 1 }, Start::Normal);
    let expr = parser.with_newlines(false, |parser| parser.expression()).ok()?;
    (parser.peek().kind == Kind::EndOfFile).then_some(expr)
}

/// Reads a text that is a template, such as the file that `templatefile` is given.
pub fn parse_template(sources: &Sources, file: FileId) -> Result<Expr, Diagnostics> {
    template(&sources.file(file).text, Origin::At(file, 0))
}

/// Reads a template that stands somewhere in a file.
pub(crate) fn template(text: &str, origin: Origin) -> Result<Expr, Diagnostics> {
    Parser::new(text, origin, Start::Template).bare_template().map_err(|fault| vec![*fault])
}

#[cfg(test)]
mod tests;
