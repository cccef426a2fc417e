//! What messages look like.

use super::*;
use crate::{Diagnostic, Range, Sources};

const SOURCE: &str = "resource \"hotswap_tenant\"   \"t\" {\n  size = [\n    \"é${var.size}\", local.x,\n  ]\n  nmae = \"x\"\n}\n";

/// A message about a part of [`SOURCE`], in its block.
fn about(part: &str) -> (Sources, Diagnostic) {
    let mut sources = Sources::default();
    let file = sources.add("main.tf", SOURCE);
    let start = u32::try_from(SOURCE.find(part).unwrap()).unwrap();
    let end = start + u32::try_from(part.len()).unwrap();
    let diagnostic = Diagnostic::error("Unsupported argument", "An argument named \"nmae\" is not expected here. Did you mean \"name\"? This goes on so long that it has to be wrapped somewhere.\n\n  an example that is kept as it is however long it may be, because it begins with spaces\n\nEnd.")
        .at(Range { file, start, end })
        .within(Range { file, start: 0, end: 32 });
    (sources, diagnostic)
}

#[test]
fn plain_text_is_laid_out_as_terraforms() {
    let (sources, diagnostic) = about("nmae");
    insta::assert_snapshot!(text(&sources, &diagnostic, Style::PLAIN));
}

#[test]
fn a_frame_values_and_an_object() {
    let (sources, mut diagnostic) = about("\"é${var.size}\", local.x,\n  ]");
    diagnostic.values = vec![("var.size".to_owned(), "is 3".to_owned()), ("local.x".to_owned(), "has a sensitive value".to_owned())];
    let diagnostic = diagnostic.for_object("hotswap_tenant.t[0]");
    insta::assert_snapshot!(text(&sources, &diagnostic, Style { frame: true, ..Style::PLAIN }));
}

#[test]
fn colours_underline_what_it_is_about() {
    let (sources, diagnostic) = about("local.x");
    let text = text(&sources, &diagnostic, Style { color: true, frame: true, width: 0 });
    assert!(text.contains("\u{1b}[4mlocal.x\u{1b}[0m,"), "{text:?}");
    assert!(text.starts_with("\u{1b}[31m╷\u{1b}[0m\n\u{1b}[31m│\u{1b}[0m \u{1b}[1m\u{1b}[31mError: "), "{text:?}");
}

#[test]
fn the_json_form_is_terraforms() {
    let (sources, diagnostic) = about("local.x");
    insta::assert_snapshot!(serde_json::to_string_pretty(&json(&sources, &diagnostic)).unwrap());
    let warning = Diagnostic::warning("W", "");
    let all = validation_json(&sources, &[warning.clone(), warning]);
    assert_eq!((all["valid"].as_bool(), all["error_count"].as_u64(), all["warning_count"].as_u64()), (Some(true), Some(0), Some(2)));
}

#[test]
fn no_range_is_out_of_bounds() {
    let mut sources = Sources::default();
    let file = sources.add("a.tf", "é\r\n\u{1b}[31m");
    for start in 0..20 {
        for end in 0..20 {
            let diagnostic = Diagnostic::error("S", "D").at(Range { file, start, end });
            assert!(!text(&sources, &diagnostic, Style::PLAIN).contains('\u{1b}'));
            json(&sources, &diagnostic);
        }
    }
}
