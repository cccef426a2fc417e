//! `hotswap` against `terraform` with our provider: the same files, the same server, in turns.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hotswap_tests::{DataFolder, Server};

use crate::median;
use crate::plot::{Line, plot};

const COUNT: u32 = 1_000;
/// By `for_each` once, as Terraform takes minutes for it.
const ROUNDS: [usize; 2] = [3, 1];
/// Sizes at which hotswap is measured alone.
const SIZES: [u32; 4] = [1_000, 2_500, 5_000, 10_000];

const HEAD: &str = "terraform {\n  required_providers {\n    hotswap = { source = \"hotswap/hotswap\" }\n  }\n}\n\n";

/// How long a command took, and how much memory it and what it started had at most.
#[derive(Debug, Clone, Copy)]
struct Cost {
    seconds: f64,
    mib: f64,
}

/// What is measured: its name, its arguments, and what undoes it between two rounds.
type Step = (&'static str, &'static [&'static str], Option<&'static [&'static str]>);

/// One folder, and the program that works in it.
struct Setup<'a> {
    server: &'a Server,
    program: PathBuf,
    folder: PathBuf,
    rc: PathBuf,
}

pub(crate) async fn measure(page: Option<&Path>) -> String {
    let mut text = format!(
        "The same configuration and server, {} rounds in turns by `count`, medians, and one by `for_each`; memory is the most the command and the processes it started had \
         together. By `for_each` means over a local map, which Terraform evaluates once per instance.\n\n",
        ROUNDS[0]
    );
    for ((title, repeat), rounds) in [("count", by_count(COUNT)), ("for_each", by_for_each(COUNT))].into_iter().zip(ROUNDS) {
        let shown = repeat.strip_prefix(HEAD).unwrap_or(&repeat);
        let table = against_terraform(&repeat, rounds).await;
        eprintln!("{table}");
        text.push_str(&format!("{COUNT} tenants by `{title}`:\n\n```terraform\n{shown}```\n\n{table}\n"));
    }
    text.push_str(&alone(page).await);
    text
}

fn by_count(size: u32) -> String {
    format!("{HEAD}resource \"hotswap_tenant\" \"t\" {{\n  count = {size}\n  name  = \"tenant-${{count.index}}\"\n}}\n")
}

/// In blocks of 500, as `range` gives no more than 1,024 numbers.
fn by_for_each(size: u32) -> String {
    format!(
        "{HEAD}locals {{\n  tenants = merge([\n    for block in range({}) : {{\n      for number in range(500) : \"tenant-${{block}}-${{number}}\" => {{ tier = \
         \"tier-${{number % 3}}\" }}\n    }}\n  ]...)\n}}\n\n\
         resource \"hotswap_tenant\" \"t\" {{\n  for_each = local.tenants\n  name     = each.key\n  tier     = each.value.tier\n}}\n",
        size / 500
    )
}

async fn against_terraform(config: &str, rounds: usize) -> String {
    let data = [DataFolder::new(), DataFolder::new()];
    let servers = [Server::start(&data[0]).await, Server::start(&data[1]).await];
    let work = tempfile::tempdir().unwrap();
    let terraform = Setup::new(&servers[0], "terraform".into(), &work.path().join("terraform"), config);
    let hotswap = Setup::new(&servers[1], hotswap_tests::hotswap(), &work.path().join("hotswap"), config);
    let mut rows =
        String::from("| | terraform | hotswap | faster | memory, terraform | memory, hotswap |\n| --- | --- | --- | --- | --- | --- |\n");
    let steps: [Step; 4] = [
        ("plan, create", &["plan", "-no-color"], None),
        ("apply, create", &["apply", "-auto-approve", "-no-color"], Some(&["destroy", "-auto-approve", "-no-color"])),
        ("plan, no change", &["plan", "-no-color"], None),
        ("destroy", &["destroy", "-auto-approve", "-no-color"], Some(&["apply", "-auto-approve", "-no-color"])),
    ];
    for (name, arguments, undo) in steps {
        let mut costs = [Vec::new(), Vec::new()];
        for round in 0..rounds {
            for (setup, costs) in [&terraform, &hotswap].into_iter().zip(&mut costs) {
                costs.push(setup.run(arguments));
                if let Some(undo) = undo.filter(|_| round + 1 < rounds) {
                    setup.run(undo);
                }
            }
        }
        let [theirs, ours] = costs.map(|costs| middle(&costs));
        rows.push_str(&format!(
            "| {name} | {:.2} s | {:.2} s | {:.1}x | {:.0} MiB | {:.0} MiB |\n",
            theirs.seconds,
            ours.seconds,
            theirs.seconds / ours.seconds,
            theirs.mib,
            ours.mib
        ));
    }
    rows
}

/// hotswap alone, at sizes where Terraform takes minutes.
async fn alone(page: Option<&Path>) -> String {
    let mut rows = String::from(
        "| tenants | plan, create | apply, create | plan, no change | destroy | memory at most |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    let mut lines = [("plan, create", Vec::new()), ("apply, create", Vec::new()), ("plan, no change", Vec::new()), ("destroy", Vec::new())];
    for size in SIZES {
        let data = DataFolder::new();
        let server = Server::start(&data).await;
        let work = tempfile::tempdir().unwrap();
        let setup = Setup::new(&server, hotswap_tests::hotswap(), &work.path().join("hotswap"), &by_for_each(size));
        let plan: &[&str] = &["plan", "-no-color"];
        let thrice = |arguments| middle(&[setup.run(arguments), setup.run(arguments), setup.run(arguments)]);
        let costs = [
            thrice(plan),
            setup.run(&["apply", "-auto-approve", "-no-color"]),
            thrice(plan),
            setup.run(&["destroy", "-auto-approve", "-no-color"]),
        ];
        let most = costs.iter().map(|cost| cost.mib).fold(0.0, f64::max);
        let cells: String = costs.iter().map(|cost| format!(" {:.2} s |", cost.seconds)).collect();
        eprintln!("{size}:{cells}");
        rows.push_str(&format!("| {size} |{cells} {most:.0} MiB |\n"));
        for ((_, points), cost) in lines.iter_mut().zip(costs) {
            points.push((f64::from(size), cost.seconds));
        }
    }
    let lines: Vec<Line<'_>> = lines.iter().map(|(name, points)| Line { name, points }).collect();
    let picture = plot("tenants", "seconds", &lines);
    let shown = match page {
        Some(page) => {
            std::fs::write(page.with_file_name("performance-growth.svg"), picture).unwrap();
            "\n![Time against the number of tenants: straight lines](performance-growth.svg)\n"
        }
        None => "",
    };
    format!("hotswap alone, by `for_each` over a local map (Terraform's plan without changes takes about 30 s at 5,000):\n\n{rows}{shown}")
}

fn middle(costs: &[Cost]) -> Cost {
    let of = |part: fn(&Cost) -> f64| median(&mut costs.iter().map(part).collect::<Vec<_>>());
    Cost { seconds: of(|cost| cost.seconds), mib: of(|cost| cost.mib) }
}

impl<'a> Setup<'a> {
    fn new(server: &'a Server, program: PathBuf, folder: &Path, config: &str) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("main.tf"), config).unwrap();
        let bin_dir = hotswap_tests::hotswap().parent().unwrap().to_owned();
        let settings = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{ \"hotswap/hotswap\" = {:?} }}\n  direct {{}}\n}}\n",
            bin_dir.display()
        );
        let rc = folder.join("terraform.rc");
        std::fs::write(&rc, settings).unwrap();
        Self { server, program, folder: folder.to_owned(), rc }
    }

    fn run(&self, arguments: &[&str]) -> Cost {
        let log = self.folder.join("log");
        let output = std::fs::File::create(&log).unwrap();
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        command.stdout(output.try_clone().unwrap()).stderr(output);
        command.env("TF_CLI_CONFIG_FILE", &self.rc).env("HOTSWAP_ENDPOINT", &self.server.api).env("HOTSWAP_TOKEN", &self.server.token);
        let began = Instant::now();
        let mut child = command.spawn().expect("terraform 1.11 or newer must be on PATH for these figures");
        let mib = peak(&mut child);
        let status = child.wait().unwrap();
        let seconds = began.elapsed().as_secs_f64();
        assert!(status.success(), "{} {arguments:?} failed:\n{}", self.program.display(), std::fs::read_to_string(&log).unwrap());
        Cost { seconds, mib }
    }
}

/// Watches a process and its children until it ends: the sum of the most memory each had, in MiB.
fn peak(child: &mut Child) -> f64 {
    let mut most = std::collections::BTreeMap::new();
    while child.try_wait().unwrap().is_none() {
        for pid in family(child.id()) {
            if let Some(kib) = most_memory(pid) {
                most.insert(pid, kib);
            }
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
    most.values().sum::<f64>() / 1024.0
}

fn family(pid: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let direct = children.split_whitespace().filter_map(|child| child.parse().ok());
    // What a thread other than the first started is listed under that thread.
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let of_threads = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let others: Vec<u32> =
        of_threads.flat_map(|list| list.split_whitespace().filter_map(|child| child.parse().ok()).collect::<Vec<_>>()).collect();
    let mut family: Vec<u32> = direct.chain(others).chain([pid]).collect();
    family.sort_unstable();
    family.dedup();
    family
}

fn most_memory(pid: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}
