//! Texts as they are compared: words of lower-case letters and digits, without accents; and how far a word is from another.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Vec<String> {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase();
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// How many typos are forgiven in a word of so many letters.
pub(super) fn forgiven(letters: usize) -> usize {
    match letters {
        ..5 => 0,
        5..9 => 1,
        _ => 2,
    }
}

/// How many typos make the word that was asked for out of this term, if they are forgiven: a letter too much, too few, another one, or
/// two the wrong way round. A wrong first letter counts twice: people get that one right.
pub(super) fn typos(word: &str, term: &str) -> Option<usize> {
    let apart = strsim::osa_distance(word, term) + usize::from(word.chars().next() != term.chars().next());
    (apart <= forgiven(word.chars().count())).then_some(apart)
}

/// Which letters a word has, a bit for each (several share one): each typo changes two bits at most, which tells most words that
/// are too far from each other apart without comparing them.
pub(super) fn letters(word: &str) -> u64 {
    word.chars().fold(0, |letters, c| letters | 1 << (u32::from(c) % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_do_not_matter() {
        assert_eq!(words("Größe: Café-AUTH_2  ﬁne"), ["große", "cafe", "auth", "2", "fine"]);
        assert_eq!(words(" -- "), Vec::<String>::new());
    }

    #[test]
    fn typos_are_forgiven_by_the_length_of_the_word() {
        for (word, term, expected) in [
            ("rate", "rate", Some(0)),
            ("rate", "rates", None),
            ("cahce", "cache", Some(1)),
            ("chace", "cache", None),
            ("cachee", "cache", Some(1)),
            ("cahe", "cache", None),
            ("gache", "cache", None),
            ("authentcation", "authentication", Some(1)),
            ("autentcation", "authentication", Some(2)),
            ("autentcatiom", "authentication", None),
            ("wsagger-doc", "swagger-doc", Some(2)),
        ] {
            assert_eq!(typos(word, term), expected, "{word} for {term}");
        }
    }
}
