//! "Did you mean".

/// The candidate that a name was most likely meant to be: the nearest, if only a letter or two differ.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance < 3 && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// The same as a sentence to put after another; empty if nothing is near.
pub(crate) fn hint<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    suggest(name, candidates).map(|candidate| format!(" Did you mean {candidate:?}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        assert_eq!(suggest("nmae", ["id", "name"]), Some("name"));
        assert_eq!(suggest("x", ["id", "y"]), None);
    }
}
