//! Measures the figures of docs/performance.md, all in one run, and writes that page. `make bench` builds and starts it.
#![allow(clippy::unwrap_used)]

mod flood;
mod gateway;
mod native;
mod plot;
mod registry;
mod resolver;
mod rollback;
mod terraform;
mod verdicts;

use std::path::Path;

const USAGE: &str = "usage: bench [--write PAGE | PART...], PART one of: native, provider, gateway, rollback, health, registry, resolver";

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["--bare-server"] => gateway::bare_server().await,
        ["--write", page] => {
            let text = measure(&PARTS, Some(Path::new(page))).await;
            std::fs::write(Path::new(page), &text).unwrap();
            println!("{text}");
        }
        [] => println!("{}", measure(&PARTS, None).await),
        some if some.iter().all(|part| PARTS.contains(part)) => println!("{}", measure(some, None).await),
        _ => panic!("{USAGE}"),
    }
}

const PARTS: [&str; 7] = ["native", "provider", "gateway", "rollback", "health", "registry", "resolver"];

async fn measure(parts: &[&str], written: Option<&Path>) -> String {
    let mut page = format!(
        "# Performance\n\nWritten by `make bench`, which measures on the machine it runs on; ratios travel better than absolute figures, so \
         everything is measured against a floor in the same run. This run: {}.\n",
        machine()
    );
    for part in parts {
        let (title, section) = match *part {
            "native" => ("hotswap against Terraform", native::measure(written).await),
            "provider" => ("Provider against Terraform's own floor", terraform::measure().await),
            "gateway" => ("Gateway", gateway::measure().await),
            "rollback" => ("Rollback", rollback::measure().await),
            "registry" => ("Registry", registry::measure().await),
            "resolver" => ("Resolver", resolver::measure()),
            _ => ("The health test", verdicts::measure()),
        };
        eprintln!("measured: {part}");
        page.push_str(&format!("\n## {title}\n\n{}\n", section.trim()));
    }
    page
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib: u64 = memory.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or_default();
    format!("{cores} cores, {} GiB, load generator on the same cores", kib.div_ceil(1 << 20))
}

/// The middle one.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
