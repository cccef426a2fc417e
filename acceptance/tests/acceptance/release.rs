//! What is released: packed by the scripts that pack releases, and found and started by Terraform as a registry's would be.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use hotswap_acceptance::{Case, bin_dir};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const BODY: &str = "resource \"hotswap_tenant\" \"t\" {\n  name = \"@released\"\n}\n";

/// Runs one of `scripts/` and gives what it printed.
fn script(name: &str, arguments: &[&Path]) -> String {
    let output = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts").join(name))
        .args(arguments)
        .env_remove("GPG_FINGERPRINT")
        // A build for tests is large, and need not become as small as can be.
        .env("ZIPOPT", "-1")
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name} failed:\n{text}");
    text.trim().to_owned()
}

fn provider() -> PathBuf {
    bin_dir().join("terraform-provider-hotswap")
}

/// Packs everything into a folder.
fn package(folder: &Path) {
    let platform = PathBuf::from(script("platform", &[]));
    script("package-provider", &[&provider(), VERSION.as_ref(), &platform, folder]);
    // Any file will do: nothing starts it.
    script("package-hotswap", &[concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").as_ref(), VERSION.as_ref(), &platform, folder]);
    script("sum-and-sign", &[VERSION.as_ref(), folder]);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Initialises, plans and applies with whatever the CLI configuration finds.
fn works(case: &Case) {
    case.config(BODY);
    let init = case.terraform(&["init", "-no-color", "-input=false"]);
    assert_eq!(init.code, Some(0), "{}", init.text);
    assert!(init.text.contains(&format!("Installed hotswap/hotswap v{VERSION}")), "{}", init.text);
    case.plan();
    case.apply();
    case.is_settled();
    case.destroy();
}

#[test]
fn a_packed_release_is_installed_from_a_mirror() {
    let case = Case::new();
    let mirror = case.path("mirror/registry.terraform.io/hotswap/hotswap");
    package(&mirror);

    let platform = script("platform", &[]);
    let wanted = [
        format!("hotswap_{VERSION}_SHA256SUMS"),
        format!("hotswap_{VERSION}_{platform}.tar.gz"),
        format!("terraform-provider-hotswap_{VERSION}_SHA256SUMS"),
        format!("terraform-provider-hotswap_{VERSION}_{platform}.zip"),
        format!("terraform-provider-hotswap_{VERSION}_manifest.json"),
    ];
    assert_eq!(names(&mirror), wanted);
    let sums = fs::read_to_string(mirror.join(&wanted[2])).unwrap();
    let summed: Vec<&str> = sums.lines().filter_map(|line| line.split_once("  ")).map(|(_, name)| name).collect();
    assert_eq!(summed, [&wanted[3], &wanted[4]], "{sums}");
    let manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(mirror.join(&wanted[4])).unwrap()).unwrap();
    assert_eq!(manifest["metadata"]["protocol_versions"], serde_json::json!(["6.0"]));

    let mirror = serde_json::Value::from(case.path("mirror").to_string_lossy());
    case.write(
        "cli.tfrc",
        format!("disable_checkpoint = true\nprovider_installation {{\n  filesystem_mirror {{\n    path = {mirror}\n  }}\n}}\n"),
    );
    works(&case);
}

#[test]
fn the_same_binaries_are_packed_to_the_same_bytes() {
    let folder = Case::new();
    let small = folder.path("small");
    fs::write(&small, "a binary\n").unwrap();
    let platform = PathBuf::from("linux_amd64");
    let sums = [("one", 1), ("two", 2)].map(|(name, day)| {
        let target = folder.path(name);
        // Packed from files with different times.
        let copy = folder.path(&format!("copy-{name}"));
        fs::copy(&small, &copy).unwrap();
        let day = SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400);
        fs::File::options().write(true).open(&copy).unwrap().set_modified(day).unwrap();
        script("package-provider", &[&copy, "1.0.0".as_ref(), &platform, &target]);
        script("package-hotswap", &[&copy, "1.0.0".as_ref(), &platform, &target]);
        script("sum-and-sign", &["1.0.0".as_ref(), &target]);
        let read = |name: &str| fs::read_to_string(target.join(name)).unwrap();
        read("terraform-provider-hotswap_1.0.0_SHA256SUMS") + &read("hotswap_1.0.0_SHA256SUMS")
    });
    assert_eq!(sums[0], sums[1]);
    assert_eq!(sums[0].lines().count(), 3, "{}", sums[0]);
}

#[test]
fn an_installed_provider_is_found_without_any_configuration_of_terraform() {
    let mut case = Case::new();
    let home = case.path("home");
    fs::create_dir(&home).unwrap();
    let installed = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/install-provider"))
        .args([provider().as_os_str(), VERSION.as_ref()])
        .env("HOME", &home)
        .output()
        .unwrap();
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    case.set("HOME", &home.to_string_lossy());
    case.write("cli.tfrc", "disable_checkpoint = true\n");
    works(&case);
}
