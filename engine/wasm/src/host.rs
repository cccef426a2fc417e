//! What the kernel of this host can do: read once, when an engine is made.

use std::fs;

/// Maps one running sandbox takes: its memory and image, table, stack and their guards.
const MAPS_PER_INSTANCE: u64 = 6;
/// Maps everything else of the process takes, compiled code included.
const MAPS_BESIDE: u64 = 4_096;

/// What to change if this host allows a process too few memory maps for `max_instances` sandboxes.
///
/// `None` if there are enough, or if this host has no such limit. Too few show as failing requests under load.
#[must_use]
pub fn map_count_advice(max_instances: u32) -> Option<String> {
    let allowed = fs::read_to_string("/proc/sys/vm/max_map_count").ok()?;
    advice(max_instances, allowed.trim().parse().ok()?)
}

fn advice(max_instances: u32, allowed: u64) -> Option<String> {
    let needed = u64::from(max_instances) * MAPS_PER_INSTANCE + MAPS_BESIDE;
    (allowed < needed).then(|| {
        format!(
            "vm.max_map_count is {allowed}, {max_instances} sandboxes need about {needed}; \
             set it with `sysctl -w vm.max_map_count={}`, or run fewer sandboxes",
            needed.next_power_of_two().max(262_144)
        )
    })
}

/// Whether the kernel can tell which pages were touched (`PAGEMAP_SCAN`, Linux 6.7 and later): then memory may stay
/// resident between sandboxes at no cost for untouched pages.
pub(crate) fn scans_pagemap() -> bool {
    cfg!(target_os = "linux") && fs::read_to_string("/proc/sys/kernel/osrelease").is_ok_and(|release| at_least_6_7(&release))
}

fn at_least_6_7(release: &str) -> bool {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) >= (6, 7),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_maps_are_told_with_the_command_that_helps() {
        assert_eq!(advice(1_000, 65_530), None);
        let told = advice(20_000, 65_530).unwrap();
        assert!(told.contains("sysctl -w vm.max_map_count=262144"), "{told}");
        let told = advice(100_000, 262_144).unwrap();
        assert!(told.contains("sysctl -w vm.max_map_count=1048576"), "{told}");
    }

    #[test]
    fn kernels_are_compared_by_number() {
        for (release, good) in
            [("6.7.0", true), ("6.18.44-fc", true), ("7.0-rc1", true), ("6.6.99", false), ("5.15.0-113-generic", false), ("", false)]
        {
            assert_eq!(at_least_6_7(release), good, "{release}");
        }
    }
}
