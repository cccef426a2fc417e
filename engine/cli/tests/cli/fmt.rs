//! `hotswap fmt`

use crate::support::Folder;

const UNTIDY: &str = "a = 1\nlonger=2\n";
const TIDY: &str = "a      = 1\nlonger = 2\n";

#[test]
fn files_are_written_and_named() {
    let folder = Folder::with(&[("a.tf", UNTIDY), ("b.tfvars", UNTIDY), ("c.txt", UNTIDY), ("below/d.tf", UNTIDY), ("e.tf", TIDY)]);
    assert_eq!(folder.run(&["fmt"]).succeeded(), "a.tf\nb.tfvars\n");
    assert_eq!((folder.read("a.tf"), folder.read("b.tfvars")), (TIDY.to_owned(), TIDY.to_owned()));
    assert_eq!((folder.read("c.txt"), folder.read("below/d.tf")), (UNTIDY.to_owned(), UNTIDY.to_owned()));
    assert_eq!(folder.run(&["fmt", "-recursive"]).succeeded(), "below/d.tf\n");
    assert_eq!(folder.run(&["fmt", "-recursive"]).succeeded(), "");
}

#[test]
fn check_changes_nothing_and_ends_with_3() {
    let folder = Folder::with(&[("a.tf", UNTIDY)]);
    let run = folder.run(&["fmt", "-check"]);
    assert_eq!((run.code, &*run.stdout, &*run.stderr), (3, "a.tf\n", ""));
    assert_eq!(folder.run(&["fmt", "-check", "-list=false"]).stdout, "");
    assert_eq!(folder.read("a.tf"), UNTIDY);
    assert_eq!(folder.run(&["fmt", "-write=false"]).succeeded(), "a.tf\n");
    assert_eq!(folder.read("a.tf"), UNTIDY);
}

#[test]
fn a_diff_shows_what_changes() {
    let folder = Folder::with(&[("a.tf", UNTIDY)]);
    let shown = folder.run(&["fmt", "-diff", "-write=false"]).succeeded();
    assert_eq!(shown, "a.tf\n--- old/a.tf\n+++ new/a.tf\n@@ -1,2 +1,2 @@\n-a = 1\n-longer=2\n+a      = 1\n+longer = 2\n");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::new();
    assert_eq!(folder.run_with_input(&["fmt", "-"], UNTIDY).succeeded(), TIDY);
    let run = folder.run_with_input(&["fmt", "-check", "-"], UNTIDY);
    assert_eq!((run.code, &*run.stdout), (3, ""));
    assert_eq!(folder.run_with_input(&["fmt", "-check", "-"], TIDY).code, 0);
}

#[test]
fn what_cannot_be_read_is_told_and_ends_with_2() {
    let folder = Folder::with(&[("a.tf", "a = {\n"), ("b.txt", "")]);
    let run = folder.run(&["fmt"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("a.tf line "), "{}", run.stderr);
    assert_eq!(folder.read("a.tf"), "a = {\n");
    let run = folder.run(&["fmt", "nowhere.tf", "b.txt"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("nowhere.tf cannot be read") && run.stderr.contains("b.txt is neither"), "{}", run.stderr);
}
