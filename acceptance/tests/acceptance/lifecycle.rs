//! The guide to every resource's life: it has a line for everything, and every line a test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use hotswap_acceptance::{Case, corpus};
use regex::Regex;

use crate::attributes::schemas;

const ROWS: [&str; 14] = [
    "create",
    "no change",
    "in place",
    "replace",
    "refused",
    "import",
    "destroy",
    "partial failure",
    "Stop in mid-apply",
    "deleted behind our back",
    "changed behind our back",
    "server away",
    "quota gone",
    "two configurations racing",
];

/// The lines of the tables of a page, by heading: their cells.
fn tables(page: &str) -> BTreeMap<&str, Vec<Vec<&str>>> {
    let mut tables: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
    let mut heading = "";
    for line in page.lines() {
        if let Some(found) = line.strip_prefix("## ") {
            heading = found;
        } else if let Some(cells) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) {
            tables.entry(heading).or_default().push(cells.split(" | ").collect());
        }
    }
    tables
}

/// The names of the tests beside this one.
fn tests() -> BTreeSet<String> {
    let pattern = Regex::new(r"#\[test\]\s+fn (\w+)\(").unwrap();
    let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acceptance")).unwrap();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    texts.flat_map(|text| pattern.captures_iter(&text).map(|found| found[1].to_owned()).collect::<Vec<_>>()).collect()
}

#[test]
fn every_row_of_every_resource_is_told_and_shown() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/lifecycle.md")).unwrap();
    let tables = tables(&page);
    let case = Case::new();
    case.config("");
    for kind in schemas(&case).keys() {
        let rows = tables.get(kind.as_str()).unwrap_or_else(|| panic!("the guide has no table of {kind}"));
        let names: Vec<_> = rows.iter().skip(2).map(|cells| cells[0]).collect();
        assert_eq!(names, ROWS, "{kind}");
    }
    let mut known = tests();
    known.extend(corpus::names());
    let named = Regex::new("`([^`]+)`").unwrap();
    for (heading, rows) in &tables {
        for cells in rows.iter().skip(2) {
            let [row, told, shown] = cells[..] else { panic!("{heading}: {cells:?} should be three cells") };
            assert!(told.ends_with('.') && told.contains(' '), "{heading}, {row}: {told:?} is no sentence");
            let names: Vec<_> = named.captures_iter(shown).map(|found| found[1].to_owned()).collect();
            assert!(!names.is_empty(), "{heading}, {row}: no test shows it");
            for name in names {
                assert!(known.contains(&name), "{heading}, {row}: there is no case or test {name:?}");
            }
        }
    }
}
