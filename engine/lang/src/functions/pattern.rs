//! Patterns in RE2's syntax, rewritten for the `regex` crate.
//!
//! The two agree but for details: there `\d`, `\w`, `\s` and `\b` are about ASCII only, `\Q…\E` is literal, a `{` that begins no
//! count stands for itself, and a class holds no classes, differences or intersections. What is wrong in either is left for the
//! crate to complain about.

use std::{iter::Peekable, str::Chars};

/// The pattern as the `regex` crate reads it.
pub(super) fn to_rust(pattern: &str) -> String {
    let mut rewriter = Rewriter { rest: pattern.chars().peekable(), out: String::with_capacity(pattern.len() + 16) };
    rewriter.pattern();
    rewriter.out
}

struct Rewriter<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
}

impl Rewriter<'_> {
    fn pattern(&mut self) {
        while let Some(character) = self.rest.next() {
            match character {
                '\\' => self.escape(),
                '[' => self.class(),
                '{' if !self.count_follows() => self.out.push_str(r"\{"),
                character => self.out.push(character),
            }
        }
    }

    /// Whether what follows a `{` makes it a count: `3}`, `3,}`, `3,5}`.
    fn count_follows(&self) -> bool {
        let mut rest = self.rest.clone();
        let mut digits = 0;
        while rest.next_if(char::is_ascii_digit).is_some() {
            digits += 1;
        }
        if digits > 0 && rest.next_if_eq(&',').is_some() {
            while rest.next_if(char::is_ascii_digit).is_some() {}
        }
        digits > 0 && rest.next() == Some('}')
    }

    fn escape(&mut self) {
        match self.rest.next() {
            None => self.out.push('\\'),
            Some('Q') => self.quoted(),
            Some('d') => self.out.push_str("[0-9]"),
            Some('D') => self.out.push_str("[^0-9]"),
            Some('s') => self.out.push_str(r"[\t\n\f\r ]"),
            Some('S') => self.out.push_str(r"[^\t\n\f\r ]"),
            Some('w') => self.out.push_str("[0-9A-Za-z_]"),
            Some('W') => self.out.push_str("[^0-9A-Za-z_]"),
            Some('b') => self.out.push_str(r"(?-u:\b)"),
            Some('B') => self.out.push_str(r"(?-u:\B)"),
            Some(character) => self.escaped(character),
        }
    }

    /// An escape that is the same in a class and outside.
    fn escaped(&mut self, character: char) {
        match character {
            // Word boundaries to the crate.
            '<' | '>' => self.out.push(character),
            '0'..='7' if character == '0' || self.rest.peek().is_some_and(|next| ('0'..='7').contains(next)) => {
                let mut code = u32::from(character) - u32::from('0');
                for _ in 0..2 {
                    match self.rest.next_if(|next| ('0'..='7').contains(next)) {
                        Some(digit) => code = code * 8 + (u32::from(digit) - u32::from('0')),
                        None => break,
                    }
                }
                self.out.push_str(&format!(r"\x{{{code:x}}}"));
            }
            character => {
                self.out.push('\\');
                self.out.push(character);
            }
        }
    }

    /// What is between `\Q` and `\E`, or the end.
    fn quoted(&mut self) {
        while let Some(character) = self.rest.next() {
            if character == '\\' && self.rest.next_if_eq(&'E').is_some() {
                return;
            }
            self.literal(character);
        }
    }

    fn literal(&mut self, character: char) {
        if character.is_ascii_punctuation() && character != '<' && character != '>' {
            self.out.push('\\');
        }
        self.out.push(character);
    }

    fn class(&mut self) {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut first = true;
        while let Some(character) = self.rest.next() {
            match character {
                ']' if !first => {
                    self.out.push(']');
                    return;
                }
                '[' if self.rest.peek() == Some(&':') => self.named_class(),
                character => {
                    self.class_item(character);
                    // A `-` makes a range unless it is the last in the class.
                    let mut after = self.rest.clone();
                    if after.next() == Some('-') && after.peek().is_some_and(|next| *next != ']') {
                        self.rest.next();
                        self.out.push('-');
                        if let Some(end) = self.rest.next() {
                            self.class_item(end);
                        }
                    }
                }
            }
            first = false;
        }
    }

    /// `[:alpha:]`, of which the opening bracket is read.
    fn named_class(&mut self) {
        self.out.push('[');
        for character in self.rest.by_ref() {
            self.out.push(character);
            if character == ']' {
                return;
            }
        }
    }

    fn class_item(&mut self, character: char) {
        if character != '\\' {
            return self.literal(character);
        }
        match self.rest.next() {
            None => self.out.push('\\'),
            Some('d') => self.out.push_str("0-9"),
            Some('D') => self.out.push_str("[^0-9]"),
            Some('s') => self.out.push_str(r"\t\n\f\r "),
            Some('S') => self.out.push_str(r"[^\t\n\f\r ]"),
            Some('w') => self.out.push_str("0-9A-Za-z_"),
            Some('W') => self.out.push_str("[^0-9A-Za-z_]"),
            Some(character) => self.escaped(character),
        }
    }
}
