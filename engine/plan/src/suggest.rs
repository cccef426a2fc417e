//! What a misspelt name may have meant.

use hotswap_lang::evaluate::suggest;

/// ` Did you mean …?`, with a space before it, if one of the names is near; nothing otherwise.
pub(crate) fn did_you_mean<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    suggest(given, names).map_or_else(String::new, |name| format!(" Did you mean {name:?}?"))
}
