//! Expressions: operators, traversals, literals, collections, calls and `for`.

use std::sync::Arc;

use super::{
    parser::{Parsed, Parser},
    scan::{Kind, Token},
};
use crate::ast::{BinaryOp, Expr, ExprKind, For, ObjectKey, UnaryOp};

impl Parser<'_> {
    /// An expression, as far as it goes.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.nested(|parser| {
            let condition = parser.binary(0)?;
            let mut height = parser.height;
            if parser.take(Kind::Question).is_none() {
                return Ok(condition);
            }
            let yes = parser.expression()?;
            height = height.max(parser.height);
            parser.expect(Kind::Colon, "Incomplete conditional", |parser| {
                format!("A conditional is condition ? value : value; after the first value a colon is due, not {}.", parser.found())
            })?;
            let no = parser.expression()?;
            parser.grow(height.max(parser.height))?;
            let range = condition.range.to(no.range);
            Ok(Expr { kind: ExprKind::Conditional(Box::new(condition), Box::new(yes), Box::new(no)), range })
        })
    }

    /// Operators that bind at least as strongly as `level`; those of one level group from the left.
    fn binary(&mut self, level: u8) -> Parsed<Expr> {
        let mut left = self.operand()?;
        while let Some((op, strength)) = binary_operator(self.peek().kind)
            && strength >= level
        {
            let height = self.height;
            self.next();
            let right = self.nested(|parser| parser.binary(strength + 1))?;
            self.grow(height.max(self.height))?;
            let range = left.range.to(right.range);
            left = Expr { kind: ExprKind::Binary(Box::new(left), op, Box::new(right)), range };
        }
        Ok(left)
    }

    fn operand(&mut self) -> Parsed<Expr> {
        let op = match self.peek().kind {
            Kind::Minus => UnaryOp::Negate,
            Kind::Bang => UnaryOp::Not,
            _ => {
                let term = self.term()?;
                return self.traversal(term, Steps::All);
            }
        };
        let sign = self.next();
        let operand = self.nested(Self::operand)?;
        self.grow(self.height)?;
        let range = self.range(sign).to(operand.range);
        Ok(Expr { kind: ExprKind::Unary(op, Box::new(operand)), range })
    }

    /// What follows a term: `.name`, `[key]`, splats.
    fn traversal(&mut self, mut base: Expr, steps: Steps) -> Parsed<Expr> {
        loop {
            match self.peek().kind {
                Kind::Dot => base = self.dot(base, steps)?,
                Kind::OpenBracket if steps == Steps::All => base = self.bracket(base)?,
                _ => return Ok(base),
            }
        }
    }

    fn dot(&mut self, base: Expr, steps: Steps) -> Parsed<Expr> {
        let height = self.height;
        self.next();
        let token = self.peek();
        let range = base.range.to(self.range(token));
        match token.kind {
            Kind::Identifier => {
                self.next();
                self.grow(height)?;
                Ok(Expr { kind: ExprKind::Attribute(Box::new(base), self.token_text(token).into()), range })
            }
            Kind::Number => self.legacy_index(base, height),
            Kind::Star if steps == Steps::OfSplat => {
                Err(self.fault_here("Splat within a splat", "A .* can't follow another .*; use [*], or a for expression."))
            }
            Kind::Star => {
                self.next();
                self.height = 1;
                let item = Expr { kind: ExprKind::SplatItem, range: self.range(token) };
                let each = self.traversal(item, Steps::OfSplat)?;
                self.grow(height.max(self.height))?;
                let range = base.range.to(each.range);
                Ok(Expr { kind: ExprKind::Splat { base: Box::new(base), each: Box::new(each), full: false }, range })
            }
            _ => {
                let found = self.found();
                Err(self.unexpected("Incomplete reference", format!("After the dot the name of an attribute is due, not {found}.")))
            }
        }
    }

    /// `base.0`, and `base.0.1`, where the number in hand is `0.1`.
    fn legacy_index(&mut self, base: Expr, height: u32) -> Parsed<Expr> {
        let token = self.next();
        let text = self.token_text(token);
        let mut result = base;
        let mut at = token.start;
        self.height = height;
        for part in text.split('.') {
            if !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(self.fault(
                    self.range(token),
                    "Invalid index",
                    format!("After a dot only a whole number can be an index; to use {text:?} as a key, write it in brackets."),
                ));
            }
            let end = at + u32::try_from(part.len()).unwrap_or(0);
            let index = Expr { kind: self.number(part, self.place(at, end))?, range: self.place(at, end) };
            self.grow(self.height)?;
            let range = result.range.to(index.range);
            result = Expr { kind: ExprKind::Index(Box::new(result), Box::new(index)), range };
            at = end + 1;
        }
        Ok(result)
    }

    fn bracket(&mut self, base: Expr) -> Parsed<Expr> {
        let height = self.height;
        let open = self.next();
        // `[*]` is a splat; a star can't begin an expression.
        let star = self.with_newlines(false, |parser| parser.take(Kind::Star));
        if let Some(star) = star {
            self.with_newlines(false, |parser| {
                parser.expect(Kind::CloseBracket, "Unclosed splat", |_| "After [* the closing bracket is due.".to_owned())
            })?;
            self.height = 1;
            let item = Expr { kind: ExprKind::SplatItem, range: self.range(star) };
            let each = self.nested(|parser| parser.traversal(item, Steps::All))?;
            self.grow(height.max(self.height))?;
            let end = self.end_of_splat(star, &each);
            let range = base.range.to(end);
            return Ok(Expr { kind: ExprKind::Splat { base: Box::new(base), each: Box::new(each), full: true }, range });
        }
        let key = self.with_newlines(false, |parser| {
            if parser.peek().kind == Kind::CloseBracket {
                return Err(parser.fault_here("Missing index", "Between the brackets an index or a key is due."));
            }
            parser.expression()
        })?;
        self.grow(height.max(self.height))?;
        let close = self.close(Kind::CloseBracket, open, "index")?;
        let range = base.range.to(self.range(close));
        Ok(Expr { kind: ExprKind::Index(Box::new(base), Box::new(key)), range })
    }

    /// The end of what a splat takes, its closing bracket where it takes the element as it is.
    fn end_of_splat(&self, star: Token, each: &Expr) -> crate::Range {
        if matches!(each.kind, ExprKind::SplatItem) { self.place(star.start, star.end + 1) } else { each.range }
    }

    /// Takes what closes a bracket; line breaks before it don't count.
    fn close(&mut self, kind: Kind, open: Token, what: &str) -> Parsed<Token> {
        if let Some(close) = self.with_newlines(false, |parser| parser.take(kind)) {
            return Ok(close);
        }
        let sign = self.token_text(open);
        let found = self.with_newlines(false, |parser| parser.found());
        let line = self.line(open.start);
        let close = match kind {
            Kind::CloseBracket => "]",
            Kind::CloseParen => ")",
            _ => "}",
        };
        let fault = self.with_newlines(false, |parser| {
            parser.unexpected(
                &format!("Unclosed {what}"),
                format!("The {sign:?} of this {what} was opened on line {line}; a comma or the closing {close:?} is due before {found}."),
            )
        });
        Err(fault)
    }

    fn term(&mut self) -> Parsed<Expr> {
        let token = self.peek();
        let range = self.range(token);
        self.height = 1;
        let kind = match token.kind {
            Kind::Number => {
                self.next();
                self.number(self.token_text(token), range)?
            }
            Kind::Identifier => return self.word(),
            Kind::OpenQuote | Kind::OpenHeredoc => return self.string_or_heredoc(),
            Kind::OpenParen => {
                self.next();
                let inner = self.with_newlines(false, |parser| parser.expression())?;
                self.grow(self.height)?;
                let close = self.close(Kind::CloseParen, token, "parenthesis")?;
                return Ok(Expr { kind: ExprKind::Parenthesis(Box::new(inner)), range: range.to(self.range(close)) });
            }
            Kind::OpenBracket => return self.tuple(),
            Kind::OpenBrace => return self.object(),
            _ => {
                let found = self.found();
                return Err(self.unexpected("Missing expression", format!("A value is due here, not {found}.")));
            }
        };
        Ok(Expr { kind, range })
    }

    fn number(&self, text: &str, range: crate::Range) -> Parsed<ExprKind> {
        crate::number::parse(text).map(ExprKind::Number).ok_or_else(|| {
            self.fault(range, "Invalid number", format!("{text:?} can't be read as a number: it is too long or its exponent too large."))
        })
    }

    /// A keyword, a variable or a call.
    fn word(&mut self) -> Parsed<Expr> {
        let token = self.next();
        let range = self.range(token);
        let word = self.token_text(token);
        if matches!(self.peek().kind, Kind::OpenParen | Kind::DoubleColon) {
            return self.call(token);
        }
        let kind = match word {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            _ => ExprKind::Variable(word.into()),
        };
        Ok(Expr { kind, range })
    }

    fn call(&mut self, first: Token) -> Parsed<Expr> {
        let mut name = self.token_text(first).to_owned();
        let mut name_range = self.range(first);
        while self.take(Kind::DoubleColon).is_some() {
            let part = self.expect(Kind::Identifier, "Incomplete function name", |parser| {
                format!("After :: the name of a provider or function is due, not {}.", parser.found())
            })?;
            name_range = name_range.to(self.range(part));
            name = name + "::" + self.token_text(part);
        }
        let open = self.expect(Kind::OpenParen, "Missing arguments", |_| {
            format!("After the name of the function {name:?} its arguments in parentheses are due.")
        })?;
        let (mut arguments, mut expand, mut height) = (Vec::new(), false, 0);
        self.with_newlines(false, |parser| -> Parsed<()> {
            while parser.peek().kind != Kind::CloseParen {
                arguments.push(parser.expression()?);
                height = height.max(parser.height);
                if parser.take(Kind::Ellipsis).is_some() {
                    expand = true;
                    break;
                }
                if parser.take(Kind::Comma).is_none() {
                    break;
                }
            }
            Ok(())
        })?;
        let close = self.close(Kind::CloseParen, open, "call")?;
        self.grow(height)?;
        let range = name_range.to(self.range(close));
        Ok(Expr { kind: ExprKind::Call { name: name.into(), name_range, arguments, expand }, range })
    }

    fn tuple(&mut self) -> Parsed<Expr> {
        let open = self.next();
        if self.with_newlines(false, |parser| parser.is_word("for")) {
            return self.with_newlines(false, |parser| parser.for_expression(open, Kind::CloseBracket));
        }
        let (mut elements, mut height) = (Vec::new(), 0);
        self.with_newlines(false, |parser| -> Parsed<()> {
            while parser.peek().kind != Kind::CloseBracket {
                elements.push(parser.expression()?);
                height = height.max(parser.height);
                if parser.take(Kind::Comma).is_none() {
                    break;
                }
            }
            Ok(())
        })?;
        let close = self.close(Kind::CloseBracket, open, "list")?;
        self.grow(height)?;
        Ok(Expr { kind: ExprKind::Tuple(elements), range: self.range(open).to(self.range(close)) })
    }

    fn object(&mut self) -> Parsed<Expr> {
        let open = self.next();
        if self.with_newlines(false, |parser| parser.is_word("for")) {
            return self.with_newlines(false, |parser| parser.for_expression(open, Kind::CloseBrace));
        }
        let (mut items, mut height) = (Vec::new(), 0);
        let close = self.with_newlines(true, |parser| -> Parsed<Token> {
            loop {
                while matches!(parser.peek().kind, Kind::Newline | Kind::Comment) {
                    parser.next();
                }
                if let Some(close) = parser.take(Kind::CloseBrace) {
                    return Ok(close);
                }
                let key = parser.expression()?;
                height = height.max(parser.height);
                if parser.take(Kind::Assign).or_else(|| parser.take(Kind::Colon)).is_none() {
                    let found = parser.found();
                    let line = parser.line(open.start);
                    return Err(parser.unexpected(
                        "Missing value in object",
                        format!("In the object that was opened on line {line} each key is followed by = or : and its value; here it is followed by {found}."),
                    ));
                }
                let value = parser.expression()?;
                height = height.max(parser.height);
                items.push((object_key(key), value));
                match parser.peek().kind {
                    Kind::Comma => {
                        parser.next();
                    }
                    Kind::CloseBrace | Kind::Newline | Kind::Comment => {}
                    _ => {
                        let found = parser.found();
                        let line = parser.line(open.start);
                        return Err(parser.unexpected(
                            "Unclosed object",
                            format!("In the object that was opened on line {line} a comma, a line break or the closing brace is due before {found}."),
                        ));
                    }
                }
            }
        })?;
        self.grow(height)?;
        Ok(Expr { kind: ExprKind::Object(items), range: self.range(open).to(self.range(close)) })
    }

    /// What follows the bracket of `[for …]` or `{for …}`.
    fn for_expression(&mut self, open: Token, close: Kind) -> Parsed<Expr> {
        self.next();
        let (key_name, value_name) = self.loop_names()?;
        let collection = self.expression()?;
        let mut height = self.height;
        self.expect(Kind::Colon, "Incomplete for expression", |parser| {
            format!("After the collection that is gone through a colon is due, not {}.", parser.found())
        })?;
        let mut value = self.expression()?;
        height = height.max(self.height);
        let mut key = None;
        if let Some(arrow) = self.take(Kind::FatArrow) {
            if close == Kind::CloseBracket {
                return Err(self.fault(
                    self.range(arrow),
                    "Key in a list",
                    "A for expression in [ ] makes a list, whose elements have no keys. For an object, put it in { }.",
                ));
            }
            key = Some(std::mem::replace(&mut value, self.expression()?));
            height = height.max(self.height);
        } else if close == Kind::CloseBrace {
            let found = self.found();
            return Err(self.unexpected(
                "Incomplete for expression",
                format!("A for expression in {{ }} makes an object: after the key => and a value are due, not {found}. For a list, put it in [ ]."),
            ));
        }
        let ellipsis = self.take(Kind::Ellipsis);
        if let Some(ellipsis) = ellipsis
            && close == Kind::CloseBracket
        {
            return Err(self.fault(
                self.range(ellipsis),
                "Grouping in a list",
                "The ... gathers values of the same key and has a meaning only where a for expression makes an object, in { }.",
            ));
        }
        let mut condition = None;
        if self.is_word("if") {
            self.next();
            condition = Some(self.expression()?);
            height = height.max(self.height);
        }
        let end = self.close(close, open, "for expression")?;
        self.grow(height)?;
        let range = self.range(open).to(self.range(end));
        let group = ellipsis.is_some();
        Ok(Expr { kind: ExprKind::For(Box::new(For { key_name, value_name, collection, key, value, condition, group })), range })
    }

    /// `name in`, `name, name in` of a `for`.
    pub(super) fn loop_names(&mut self) -> Parsed<(Option<Arc<str>>, Arc<str>)> {
        let name = |parser: &mut Self| -> Parsed<Arc<str>> {
            let token = parser.expect(Kind::Identifier, "Incomplete for", |parser| {
                format!("After \"for\" one or two names are due, as in: for name in list; not {}.", parser.found())
            })?;
            Ok(parser.token_text(token).into())
        };
        let first = name(self)?;
        let second = if self.take(Kind::Comma).is_some() { Some(name(self)?) } else { None };
        if !self.is_word("in") {
            let found = self.found();
            return Err(
                self.unexpected("Incomplete for", format!("After the names the word \"in\" and a collection are due, not {found}."))
            );
        }
        self.next();
        Ok(match second {
            Some(second) => (Some(first), second),
            None => (None, first),
        })
    }
}

/// Which steps may follow a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Steps {
    All,
    /// After `.*` only attributes are taken of each element.
    OfSplat,
}

fn object_key(key: Expr) -> ObjectKey {
    let range = key.range;
    match key.kind {
        ExprKind::Variable(word) => ObjectKey::Name(word, range),
        ExprKind::Null => ObjectKey::Name("null".into(), range),
        ExprKind::Bool(truth) => ObjectKey::Name(if truth { "true" } else { "false" }.into(), range),
        kind => ObjectKey::Expr(Expr { kind, range }),
    }
}

fn binary_operator(kind: Kind) -> Option<(BinaryOp, u8)> {
    Some(match kind {
        Kind::Or => (BinaryOp::Or, 0),
        Kind::And => (BinaryOp::And, 1),
        Kind::Equal => (BinaryOp::Equal, 2),
        Kind::NotEqual => (BinaryOp::NotEqual, 2),
        Kind::Greater => (BinaryOp::Greater, 3),
        Kind::GreaterOrEqual => (BinaryOp::GreaterOrEqual, 3),
        Kind::Less => (BinaryOp::Less, 3),
        Kind::LessOrEqual => (BinaryOp::LessOrEqual, 3),
        Kind::Plus => (BinaryOp::Add, 4),
        Kind::Minus => (BinaryOp::Subtract, 4),
        Kind::Star => (BinaryOp::Multiply, 5),
        Kind::Slash => (BinaryOp::Divide, 5),
        Kind::Percent => (BinaryOp::Modulo, 5),
        _ => return None,
    })
}
