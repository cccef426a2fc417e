//! How well a word fits, as a number: the lower the better. This is the whole of the ranking; the rest finds what to rank.

/// Where a term stands in a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Field {
    /// In its name.
    Name,
    /// In its display name, description or publisher.
    Text,
    /// In one of its tags.
    Tag,
}

/// How a word that was asked for relates to a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is the term.
    Whole,
    /// The term begins with it.
    Beginning,
    /// The term has it within.
    Within,
    /// It is the term but for so many typos.
    Typos(usize),
}

/// What a plugin costs whose name is exactly what was asked for: nothing comes before it.
pub(super) const BY_NAME: u32 = 0;

/// What a word costs that fits in this way, here. A better field goes before a better fit; typos go last.
pub(super) fn cost(fit: Fit, field: Field) -> u32 {
    let field = match field {
        Field::Name => 0,
        Field::Text => 1,
        Field::Tag => 2,
    };
    match fit {
        Fit::Whole => 1 + 3 * field,
        Fit::Beginning => 2 + 3 * field,
        Fit::Within => 3 + 3 * field,
        Fit::Typos(1) => 10 + field,
        Fit::Typos(_) => 13 + field,
    }
}
