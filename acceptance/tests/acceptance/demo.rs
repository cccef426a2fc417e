//! The demo: its story must happen, step by step, by either front end.

use std::process::{Command, Stdio};

use hotswap_acceptance::bin_dir;

#[test]
fn the_demo_tells_its_whole_story_without_terraform() {
    tells_its_whole_story("hotswap");
}

#[test]
fn the_demo_tells_its_whole_story_under_terraform() {
    tells_its_whole_story("terraform");
}

fn tells_its_whole_story(front_end: &str) {
    let demo = bin_dir().join("demo");
    assert!(demo.is_file(), "{} is not there; run `make testacc`, which builds it first", demo.display());
    let output = Command::new(demo)
        .arg("--bin-dir")
        .arg(bin_dir())
        .args(["--rate", "60", "--with", front_end])
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .output();
    let output = output.unwrap();
    let (told, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}\n{complaints}");
    // In this order.
    let mut rest: &str = &told;
    for step in [
        &*format!("{front_end} plan"),
        &*format!("{front_end} apply"),
        "1.0.0",
        "traffic begins",
        "1.1.0",
        "10 %",
        "50 %",
        "100 %",
        "2.0.0",
        "error rate",
        "held",
        "dropped",
    ] {
        rest = match rest.split_once(step) {
            Some((_, after)) => after,
            None => panic!("{step:?} does not come in its place:\n{told}"),
        };
    }
}
