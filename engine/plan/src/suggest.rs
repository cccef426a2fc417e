//! What a misspelt name may have meant.

/// ` Did you mean …?`, with a space before it, if one of the names is near; nothing otherwise.
pub(crate) fn did_you_mean<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let near = names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .filter(|(distance, name)| *distance <= (name.chars().count().max(given.chars().count()) / 3).max(1))
        .min();
    near.map_or_else(String::new, |(_, name)| format!(" Did you mean {name:?}?"))
}
