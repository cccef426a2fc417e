//! The examples of the documentation: each is valid, and they fit together.

use std::fs;
use std::path::{Path, PathBuf};

use hotswap_acceptance::Case;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples")
}

#[test]
fn the_examples_of_the_documentation_are_valid_together() {
    let case = Case::new();
    let mut found = 0;
    for folder in ["resources", "data-sources", "functions"] {
        for example in fs::read_dir(examples().join(folder)).unwrap() {
            let example = example.unwrap().path();
            let file = fs::read_dir(&example)
                .unwrap()
                .map(|file| file.unwrap().path())
                .find(|path| path.extension().is_some_and(|end| end == "tf"));
            let name = format!("{folder}-{}.tf", example.file_name().unwrap().to_string_lossy());
            fs::copy(file.unwrap(), case.path(&name)).unwrap();
            found += 1;
        }
    }
    assert_eq!(found, 13, "four resources, five data sources, four functions");
    fs::copy(examples().join("provider/provider.tf"), case.path("provider.tf")).unwrap();
    fs::copy(case.path("greeter-1.0.0.wat"), case.path("greeter.wasm")).unwrap();
    case.validate().succeeded().is_calm();
}

#[test]
fn the_quickstart_is_valid() {
    let case = Case::new();
    for file in fs::read_dir(examples().join("quickstart")).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|end| end == "tf") {
            fs::copy(&file, case.path(&file.file_name().unwrap().to_string_lossy())).unwrap();
        }
    }
    case.validate().succeeded().is_calm();
    let formatted = case.terraform(&["fmt", "-check", "-diff"]);
    assert_eq!(formatted.code, Some(0), "{}", formatted.text);
}
