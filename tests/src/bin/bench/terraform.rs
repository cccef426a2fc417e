//! The provider against what Terraform itself costs: the same number of resources that do nothing.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use hotswap_tests::{DataFolder, Server};

use crate::median;

const COUNT: u32 = 1_000;
const ROUNDS: usize = 3;

pub(crate) async fn measure() -> String {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    let work = tempfile::tempdir().unwrap();
    let bin_dir = hotswap_tests::hotswap().parent().unwrap().to_owned();
    let cli = format!(
        "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{ \"hotswap/hotswap\" = {:?} }}\n  direct {{}}\n}}\n",
        bin_dir.display()
    );
    std::fs::write(work.path().join("terraform.rc"), cli).unwrap();
    let floor = folder(
        work.path(),
        "floor",
        &format!("resource \"terraform_data\" \"t\" {{\n  count = {COUNT}\n  input = \"tenant-${{count.index}}\"\n}}\n"),
    );
    let ours = folder(
        work.path(),
        "ours",
        &format!(
            "terraform {{\n  required_providers {{\n    hotswap = {{ source = \"hotswap/hotswap\" }}\n  }}\n}}\n\n\
             resource \"hotswap_tenant\" \"t\" {{\n  count = {COUNT}\n  name  = \"tenant-${{count.index}}\"\n}}\n"
        ),
    );
    let run = |folder: &Path, arguments: &[&str]| terraform(work.path(), &server, folder, arguments);
    run(&floor, &["init", "-no-color"]);

    let mut rows = String::new();
    let mut compare = |name: &str, rounds: usize, arguments: &[&str], undo: Option<&[&str]>| {
        let (mut floors, mut wholes) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            floors.push(run(&floor, arguments));
            wholes.push(run(&ours, arguments));
            if let Some(undo) = undo.filter(|_| round + 1 < rounds) {
                run(&floor, undo);
                run(&ours, undo);
            }
        }
        let (floor, whole) = (median(&mut floors), median(&mut wholes));
        rows.push_str(&format!("| {name} | {floor:.2} s | {whole:.2} s | {:.2}x |\n", whole / floor));
    };
    let destroy: &[&str] = &["destroy", "-auto-approve", "-no-color"];
    compare("plan, create", ROUNDS, &["plan", "-no-color"], None);
    compare("apply, create", ROUNDS, &["apply", "-auto-approve", "-no-color"], Some(destroy));
    compare("plan, no change", ROUNDS, &["plan", "-no-color"], None);
    format!(
        "{COUNT} tenants against {COUNT} `terraform_data`, both by `count`, {ROUNDS} rounds in turns, medians. Expected: under 2x on plan, under 1.5x on \
         apply.\n\n| | terraform_data | hotswap_tenant | ratio |\n| --- | --- | --- | --- |\n{rows}"
    )
}

fn folder(work: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let folder = work.join(name);
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("main.tf"), text).unwrap();
    folder
}

/// Seconds it took.
fn terraform(work: &Path, server: &Server, folder: &Path, arguments: &[&str]) -> f64 {
    let began = Instant::now();
    let mut command = Command::new("terraform");
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.env("TF_CLI_CONFIG_FILE", work.join("terraform.rc")).env("HOTSWAP_ENDPOINT", &server.api).env("HOTSWAP_TOKEN", &server.token);
    let output = command.output().expect("terraform 1.11 or newer must be on PATH for these figures");
    assert!(output.status.success(), "terraform {arguments:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    began.elapsed().as_secs_f64()
}
