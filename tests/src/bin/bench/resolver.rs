//! How long a solution takes, in memory: no database, no server.

use std::fmt::Write as _;
use std::time::Instant;

use hotswap_model::{Channel, Constraint, Dependency, DependencyKind, PluginName, Version};
use hotswap_resolver::{Candidate, Question, Registry, Release, solve};

use crate::median;

const PLUGINS: u64 = 1_000;
/// Five majors of ten minors each.
const VERSIONS: u64 = 50;
const ROUNDS: usize = 21;

/// Numbers that look random and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn name(index: u64) -> PluginName {
    format!("p{index:04}").parse().unwrap()
}

/// A registry in which each version needs up to `needs` plugins of higher numbers; `constraint` is given a major and a minor of theirs.
fn registry(seed: u64, needs: u64, constraint: impl Fn(u64, u64) -> String) -> Registry {
    let mut numbers = Numbers(seed);
    let plugin = |index: u64| {
        let mut neighbours: Vec<u64> = (0..needs).map(|_| index + 1 + numbers.below(40)).filter(|other| *other < PLUGINS).collect();
        neighbours.sort_unstable();
        neighbours.dedup();
        let release = |version: u64| {
            let (major, minor) = (1 + version / 10, version % 10);
            let dependency = |plugin: &u64| Dependency {
                plugin: name(*plugin),
                version: constraint(major, minor).parse().unwrap(),
                kind: DependencyKind::Required,
            };
            Release {
                candidate: Candidate { version: Version::new(major, minor, 0), channel: Channel::Stable, retired: false, held: false },
                dependencies: neighbours.iter().map(dependency).collect(),
            }
        };
        (name(index), (0..VERSIONS).map(release).collect())
    };
    (0..PLUGINS).map(plugin).collect()
}

pub(crate) fn measure() -> String {
    let any: Constraint = "*".parse().unwrap();
    let loose = registry(1, 4, |major, _| format!("^{major}"));
    let tight = registry(2, 4, |major, minor| format!(">= {major}.{}, <= {major}.{minor}", minor.saturating_sub(1)));
    let mut broken = registry(3, 4, |major, _| format!("^{major}"));
    broken.insert(name(PLUGINS - 1), Vec::new());
    let mut text = format!(
        "A registry of {PLUGINS} plugins of {VERSIONS} versions each; every version needs up to 4 others. Medians of {ROUNDS} rounds, in memory, \
         from the question to the solution or the explanation. Expected: under 50 ms.\n\n| | plugins in the solution | median | worst |\n\
         | --- | --- | --- | --- |\n"
    );
    for (what, registry) in [
        ("needs of the same major", &loose),
        ("needs of two minors each, so that most choices are forced", &tight),
        ("no solution: the last plugin was never published; explained", &broken),
    ] {
        let mut times = Vec::new();
        let mut size = 0;
        for _ in 0..ROUNDS {
            let question = Question::new("acme/hello", name(0), any.clone());
            let began = Instant::now();
            let answer = solve(&question, registry);
            times.push(began.elapsed().as_secs_f64() * 1e3);
            size = answer.map_or(0, |solution| solution.dependencies.len() + 1);
        }
        let middle = median(&mut times);
        let worst = times.last().copied().unwrap_or_default();
        writeln!(text, "| {what} | {size} | {middle:.1} ms | {worst:.1} ms |").unwrap();
    }
    text
}
