//! Where the binary under test is.

use std::path::PathBuf;

/// The binary `hotswap`: in HOTSWAP_BIN_DIR, or else where cargo put it when it built these tests.
///
/// # Panics
/// If it is not there.
pub fn hotswap() -> PathBuf {
    let folder = std::env::var_os("HOTSWAP_BIN_DIR").map(PathBuf::from).unwrap_or_else(|| {
        // target/debug/deps/swaps-0123456789abcdef
        let this = std::env::current_exe().expect("a test knows where it is");
        this.parent().and_then(|deps| deps.parent()).expect("cargo builds tests into target/PROFILE/deps").to_owned()
    });
    let binary = folder.join("hotswap");
    assert!(
        binary.exists(),
        "{} is not there; build it first: cargo build -p hotswap-cli, or name its folder in HOTSWAP_BIN_DIR",
        binary.display()
    );
    binary
}
