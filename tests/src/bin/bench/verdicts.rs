//! How many requests it takes to know, and how often the test is wrong: simulated, so the same on every machine.

use hotswap_rollout::simulate::detection;

const SEED: u64 = 1;

pub(crate) fn measure() -> String {
    let wrong = |bound: f64| {
        let seen = detection::requests_to_verdict(bound, 0.8 * bound, 1_000, 4_000, SEED);
        format!("- bound {:.0} %, true rate {:.1} %: {} of 1,000 rolled back wrongly\n", bound * 100.0, bound * 80.0, seen.caught)
    };
    format!(
        "How many canary requests it takes to know; 1,000 simulated versions a row, up to 4,000 requests each, looked at after every request.\n\n{}\n\n\
         Good versions, at 0.8 times the bound:\n\n{}{}",
        detection::table(SEED).trim(),
        wrong(0.01),
        wrong(0.05)
    )
}
