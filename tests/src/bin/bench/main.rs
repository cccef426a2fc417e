//! Measures the figures of docs/performance.md, all in one run, and writes that page. `make bench` builds and starts it.
#![allow(clippy::unwrap_used)]

mod flood;
mod gateway;
mod rollback;
mod terraform;
mod verdicts;

use std::path::Path;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("--bare-server"), None) => return gateway::bare_server().await,
        (Some("--write"), Some(page)) => {
            let text = measure().await;
            std::fs::write(Path::new(&page), &text).unwrap();
            println!("{text}");
        }
        (None, None) => println!("{}", measure().await),
        _ => panic!("usage: bench [--write PAGE]"),
    }
}

async fn measure() -> String {
    let mut page = format!(
        "# Performance\n\nWritten by `make bench`, which measures on the machine it runs on; ratios travel better than absolute figures, so \
         everything is measured against a floor in the same run. This run: {}.\n",
        machine()
    );
    for (name, section) in [
        ("Provider against Terraform's own floor", terraform::measure().await),
        ("Gateway", gateway::measure().await),
        ("Rollback", rollback::measure().await),
        ("The health test", verdicts::measure()),
    ] {
        eprintln!("measured: {name}");
        page.push_str(&format!("\n## {name}\n\n{}\n", section.trim()));
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
