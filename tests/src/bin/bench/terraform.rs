//! The provider against what Terraform itself costs: the same number of resources that do nothing, once of Terraform's own narrow type, and
//! once of ours, served by a provider that does nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use hotswap_tests::{DataFolder, Server};

use crate::median;

const COUNT: u32 = 1_000;
const ROUNDS: usize = 3;

/// A folder with a configuration, and what Terraform must be told to use it.
struct Setup {
    folder: PathBuf,
    rc: PathBuf,
}

pub(crate) async fn measure() -> String {
    let data = DataFolder::new();
    let server = Server::start(&data).await;
    let work = tempfile::tempdir().unwrap();
    let bin_dir = hotswap_tests::hotswap().parent().unwrap().to_owned();
    let narrow = format!("resource \"terraform_data\" \"t\" {{\n  count = {COUNT}\n  input = \"tenant-${{count.index}}\"\n}}\n");
    let tenants = format!(
        "terraform {{\n  required_providers {{\n    hotswap = {{ source = \"hotswap/hotswap\" }}\n  }}\n}}\n\n\
         resource \"hotswap_tenant\" \"t\" {{\n  count = {COUNT}\n  name  = \"tenant-${{count.index}}\"\n}}\n"
    );
    let setups = [
        Setup::new(work.path(), "floor", &narrow, None),
        Setup::new(work.path(), "idle", &tenants, Some(&bin_dir.join("examples/idle_provider"))),
        Setup::new(work.path(), "ours", &tenants, Some(&bin_dir.join("terraform-provider-hotswap"))),
    ];
    setups[0].terraform(&server, &["init", "-no-color"]);

    let (mut rows, mut judged) = (String::new(), String::new());
    let mut compare = |name: &str, bound: f64, arguments: &[&str], undo: Option<&[&str]>| {
        let mut seconds: [Vec<f64>; 3] = Default::default();
        for round in 0..ROUNDS {
            for (setup, seconds) in setups.iter().zip(&mut seconds) {
                seconds.push(setup.terraform(&server, arguments));
            }
            if let Some(undo) = undo.filter(|_| round + 1 < ROUNDS) {
                for setup in &setups {
                    setup.terraform(&server, undo);
                }
            }
        }
        let [floor, idle, ours] = seconds.map(|mut seconds| median(&mut seconds));
        rows.push_str(&format!(
            "| {name} | {floor:.2} s | {idle:.2} s | {ours:.2} s | {:.2}x | {:.2}x | {:.2}x |\n",
            ours / floor,
            idle / floor,
            ours / idle
        ));
        judged.push_str(&judge(name, bound, ours / floor, idle / floor));
    };
    let destroy: &[&str] = &["destroy", "-auto-approve", "-no-color"];
    compare("plan, create", 2.0, &["plan", "-no-color"], None);
    compare("apply, create", 1.5, &["apply", "-auto-approve", "-no-color"], Some(destroy));
    compare("plan, no change", 2.0, &["plan", "-no-color"], None);
    format!(
        "{COUNT} resources by `count`, {ROUNDS} rounds in turns, medians. `terraform_data` has 4 attributes and lives inside Terraform. *Idle* is a \
         provider with the very schema of `hotswap_tenant` (17 attributes, the nested ones counted) that asks no server and does nothing \
         (`provider/examples/idle_provider.rs`): what Terraform itself takes for objects of this width. Expected of `hotswap_tenant` against \
         `terraform_data`: under 2x on plan, under 1.5x on apply.\n\n\
         | | terraform_data | idle | hotswap_tenant | hotswap_tenant / terraform_data | idle / terraform_data | hotswap_tenant / idle |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n{rows}\n\
         Terraform copies, converts and compares every attribute of every object many times, whoever serves them: that is most of the second \
         ratio, the rest being the protocol, which the idle provider speaks with our code. The last ratio is what hotswap adds, server included.\n\n{judged}"
    )
}

/// Whether a ratio is within its bound, and if not, whether it could be.
fn judge(name: &str, bound: f64, ours: f64, idle: f64) -> String {
    let verdict = if ours < bound {
        format!("within its bound of {bound}x")
    } else if idle < bound {
        format!("over its bound of {bound}x, and that is hotswap's doing")
    } else {
        format!("over its bound of {bound}x, as a provider that does nothing is, too")
    };
    format!("- {name}: {ours:.2}x, {verdict}\n")
}

impl Setup {
    /// `provider` is the program that serves hotswap/hotswap.
    fn new(work: &Path, name: &str, text: &str, provider: Option<&Path>) -> Self {
        let folder = work.join(name);
        std::fs::create_dir_all(folder.join("bin")).unwrap();
        std::fs::write(folder.join("main.tf"), text).unwrap();
        if let Some(provider) = provider {
            assert!(provider.exists(), "{} is not built; see `make bench`", provider.display());
            std::os::unix::fs::symlink(provider, folder.join("bin/terraform-provider-hotswap")).unwrap();
        }
        let bin = folder.join("bin");
        let settings = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{ \"hotswap/hotswap\" = {:?} }}\n  direct {{}}\n}}\n",
            bin.display()
        );
        let rc = folder.join("terraform.rc");
        std::fs::write(&rc, settings).unwrap();
        Self { folder, rc }
    }

    /// Seconds it took.
    fn terraform(&self, server: &Server, arguments: &[&str]) -> f64 {
        let began = Instant::now();
        let mut command = Command::new("terraform");
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.env("TF_CLI_CONFIG_FILE", &self.rc).env("HOTSWAP_ENDPOINT", &server.api).env("HOTSWAP_TOKEN", &server.token);
        let output = command.output().expect("terraform 1.11 or newer must be on PATH for these figures");
        assert!(output.status.success(), "terraform {arguments:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
        began.elapsed().as_secs_f64()
    }
}
