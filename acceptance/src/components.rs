//! The components the tests publish: the greeter of the examples, and what can be made of its text.

use std::fs;
use std::path::{Path, PathBuf};

/// The good ones answer every request; 2.0.0 fails every request but its health check, 3.0.0 fails that too.
pub(crate) fn write_all(folder: &Path) {
    for version in ["1.0.0", "1.1.0"] {
        fs::copy(example(&format!("greeter/greeter-{version}.wat")), folder.join(format!("greeter-{version}.wat"))).unwrap();
    }
    let good = fs::read_to_string(example("greeter/greeter-1.1.0.wat")).unwrap();
    fs::write(folder.join("greeter-1.2.0.wat"), good.replace("1.1.0", "1.2.0")).unwrap();
    let sometimes = fs::read_to_string(example("greeter/greeter-2.0.0.wat")).unwrap();
    let always = replaced(&sometimes, "(i64.and (call $random) (i64.const 3))", "(i64.and (call $random) (i64.const 0))");
    fs::write(folder.join("greeter-2.0.0.wat"), &always).unwrap();
    let sick = replaced(&always, "(i32.eqz (local.get $health))", "(i32.const 1)");
    fs::write(folder.join("greeter-3.0.0.wat"), sick).unwrap();
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/plugins").join(name)
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the greeter has no {from:?} any more");
    text.replace(from, to)
}
