//! Texts as the language has them: composed (Unicode's normal form C), so that the same letters are the same text however they were
//! typed. Terraform's values do the same, and each front end must find in the state what it would have written.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// A text in normal form C; itself, if it is that already.
pub fn composed(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text;
    }
    Cow::Owned(text.nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    #[test]
    fn letters_are_composed_and_what_is_composed_is_not_copied() {
        assert_eq!(composed("A\u{30a}pfel".into()), "\u{c5}pfel");
        assert_eq!(Value::from("A\u{30a}"), Value::from("\u{c5}".to_owned()));
        assert!(matches!(composed("Söhne".into()), Cow::Borrowed("Söhne")));
    }
}
