//! Sources that were damaged at random: whatever they are, nothing panics, every message points into its file, and what can be
//! formatted stays as it is when formatted again.

use std::{collections::BTreeMap, io, path::Path};

use hotswap_lang::{
    Diagnostic, Sources,
    config::{self, Files, Loaded},
    fmt::format,
    render, syntax, variables,
};
use proptest::prelude::*;

/// What is damaged: between them they have every construct.
const SEEDS: [&str; 9] = [
    include_str!("fmt/blocks.tf"),
    include_str!("fmt/expressions.tf"),
    include_str!("fmt/multiline.tf"),
    include_str!("fmt/heredocs.tf"),
    include_str!("fmt/comments.tf"),
    include_str!("../../../examples/quickstart/main.tf"),
    include_str!("seeds/language.tf"),
    include_str!("seeds/module.tf"),
    include_str!("seeds/main.tf.json"),
];

const TOKENS: [&str; 52] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\\",
    "${",
    "%{",
    "~}",
    "}",
    "$${",
    "<<E\n",
    "<<-E\n",
    "\nE\n",
    "#",
    "//",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "=",
    "==",
    "=>",
    "!",
    "?",
    ":",
    "::",
    ",",
    ".",
    "...",
    "*",
    "[*]",
    ".*",
    "-",
    "&&",
    "|",
    "<",
    "for",
    "in",
    "if",
    "null",
    "0",
    "1e9999999",
    "é",
    "\u{feff}",
    "'",
    "provider::a::b(",
    "dynamic \"a\" {",
    "optional(",
    "each.value",
];

struct One(Vec<u8>, &'static str);

impl Files for One {
    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        if folder == Path::new(".") { Ok(vec![self.1.to_owned(), "x.auto.tfvars".to_owned()]) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Ok(self.0.clone())
    }
}

#[derive(Debug, Clone)]
enum Damage {
    Byte(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Drop(prop::sample::Index, usize),
    Insert(prop::sample::Index, usize),
    Copy(prop::sample::Index, prop::sample::Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        1 => at().prop_map(Damage::Cut),
        3 => (at(), 1..20usize).prop_map(|(at, length)| Damage::Drop(at, length)),
        6 => (at(), 0..TOKENS.len()).prop_map(|(at, token)| Damage::Insert(at, token)),
        2 => (at(), at(), 1..80usize).prop_map(|(from, to, length)| Damage::Copy(from, to, length)),
    ]
}

fn apply(mut text: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let length = text.len() + 1;
        match damage {
            Damage::Byte(at, byte) => {
                if let Some(old) = text.get_mut(at.index(length)) {
                    *old = *byte;
                }
            }
            Damage::Cut(at) => text.truncate(at.index(length).max(length / 2)),
            Damage::Drop(at, count) => {
                let start = at.index(length);
                text.drain(start..(start + count).min(length - 1).max(start));
            }
            Damage::Insert(at, token) => drop(text.splice(at.index(length)..at.index(length), TOKENS[*token].bytes())),
            Damage::Copy(from, to, count) => {
                let start = from.index(length);
                let part = text[start..(start + count).min(length - 1).max(start)].to_vec();
                let to = to.index(length);
                text.splice(to..to, part);
            }
        }
    }
    text
}

fn messages_are_sound(sources: &Sources, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        assert!(!diagnostic.summary.is_empty() && !diagnostic.summary.ends_with('.'), "{diagnostic:?}");
        for range in [diagnostic.range, diagnostic.context].into_iter().flatten() {
            let text = &sources.file(range.file).text;
            assert!(
                range.start <= range.end && text.get(range.start as usize..range.end as usize).is_some(),
                "{diagnostic:?} is outside of its file"
            );
        }
        render::text(sources, diagnostic, render::Style::PLAIN);
        render::json(sources, diagnostic);
    }
}

fn nothing_panics(text: &[u8], name: &'static str) {
    let files = One(text.to_vec(), name);
    let Loaded { mut config, mut diagnostics } = config::load(&files, Path::new("."));
    let sound = !diagnostics.iter().any(Diagnostic::is_error);
    if sound {
        diagnostics.extend(config::validate(&config));
    }
    let (given, more) =
        variables::read(&mut config, &files, Path::new("."), [("TF_VAR_a".to_owned(), String::from_utf8_lossy(text).into_owned())], &[]);
    diagnostics.extend(more);
    diagnostics.extend(variables::resolve(&config, &given).1);
    messages_are_sound(&config.sources, &diagnostics);
}

fn formatting_is_stable(text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("a.tf", text);
    match format(&sources, file) {
        Err(faults) => messages_are_sound(&sources, &faults),
        Ok(once) => {
            let file = sources.add("b.tf", &*once);
            let twice = format(&sources, file).unwrap_or_else(|faults| panic!("{faults:?}\n{once}"));
            assert_eq!(once, twice, "from {text:?}");
        }
    }
}

/// As many as `PROPTEST_CASES` says, in the soak; otherwise few, for the time they take.
fn cases() -> ProptestConfig {
    ProptestConfig::with_cases(std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn damaged_sources_are_told_of_and_nothing_panics(seed in 0..SEEDS.len(), damages in prop::collection::vec(damage(), 1..6)) {
        let text = apply(SEEDS[seed].as_bytes().to_vec(), &damages);
        nothing_panics(&text, if seed == SEEDS.len() - 1 { "main.tf.json" } else { "main.tf" });
        formatting_is_stable(&String::from_utf8_lossy(&text));
    }

    #[test]
    fn any_text_is_an_expression_a_template_or_a_fault(text in "[ -~\n]{0,60}|[a-z.\\[\\]\\*(){}=\"$%~:,?! 0-9\n<>&|-]{0,80}") {
        let mut sources = Sources::default();
        let file = sources.add("a", &*text);
        for result in [syntax::parse_expression(&sources, file), syntax::parse_template(&sources, file)] {
            match result {
                Ok(expr) => assert!(expr.range.end as usize <= text.len()),
                Err(faults) => messages_are_sound(&sources, &faults),
            }
        }
        formatting_is_stable(&text);
        nothing_panics(text.as_bytes(), "main.tf.json");
    }
}

#[test]
fn the_seeds_themselves_are_sound() {
    for seed in &SEEDS[6..8] {
        let files = One(seed.as_bytes().to_vec(), "main.tf");
        let config = config::load(&files, Path::new("."));
        let known = BTreeMap::from([("faults", config.diagnostics)]);
        let faults: Vec<_> = known["faults"].iter().filter(|fault| fault.summary != "Module folder can't be read").collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}
