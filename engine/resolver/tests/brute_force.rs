//! The solver against every possibility there is: on small random registries both find a solution or neither does, it holds, and it
//! is the one that was promised.

#![allow(clippy::unwrap_used)]

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hotswap_model::{Channel, Constraint, Dependency, DependencyKind, PluginName, Version};
use hotswap_resolver::{Candidate, Fit, Pin, Question, Registry, Release, Running, Solution, Unsolved, solve};
use proptest::prelude::*;

const NAMES: [&str; 5] = ["app", "auth", "cache", "db", "log"];
const CONSTRAINTS: [&str; 9] = ["*", "^1", "^2", "1.0.0", "2.0.0", ">= 1.1", "< 2", "!= 1.1.0", "~> 1.0"];
const NUMBERS: [(u64, u64); 5] = [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1)];

fn name(index: usize) -> PluginName {
    NAMES[index].parse().unwrap()
}

fn dependencies(of: usize) -> impl Strategy<Value = Vec<Dependency>> {
    let kind = prop_oneof![6 => Just(DependencyKind::Required), 2 => Just(DependencyKind::Optional), 2 => Just(DependencyKind::Conflicts)];
    let one = (0..NAMES.len(), prop::sample::select(&CONSTRAINTS[..]), kind);
    prop::collection::vec(one, 0..4).prop_map(move |all| {
        let mut seen = BTreeSet::from([of]);
        let once = all.into_iter().filter(|(plugin, ..)| seen.insert(*plugin));
        once.map(|(plugin, version, kind)| Dependency { plugin: name(plugin), version: version.parse().unwrap(), kind }).collect()
    })
}

fn releases(of: usize) -> impl Strategy<Value = Vec<Release>> {
    let channel = prop_oneof![6 => Just(Channel::Stable), 1 => prop::sample::select(&Channel::ALL[..])];
    let one = (prop::sample::select(&NUMBERS[..]), channel, prop::bool::weighted(0.1), prop::bool::weighted(0.1), dependencies(of));
    prop::collection::vec(one, 0..5).prop_map(|all| {
        let mut seen = BTreeSet::new();
        let once = all.into_iter().filter(|(number, ..)| seen.insert(*number));
        let release = |((major, minor), channel, retired, held, dependencies)| Release {
            candidate: Candidate { version: Version::new(major, minor, 0), channel, retired, held },
            dependencies,
        };
        once.map(release).collect()
    })
}

fn registry() -> impl Strategy<Value = BTreeMap<PluginName, Vec<Release>>> {
    let all: Vec<_> = (0..NAMES.len()).map(|index| releases(index).prop_map(move |releases| (name(index), releases))).collect();
    all.prop_map(|all| all.into_iter().collect())
}

fn question() -> impl Strategy<Value = Question> {
    let version = || prop::sample::select(&NUMBERS[..]).prop_map(|(major, minor)| Version::new(major, minor, 0));
    let present = prop::collection::btree_map((0..NAMES.len()).prop_map(name), version(), 0..3);
    let pin = (1..NAMES.len(), prop::sample::select(&CONSTRAINTS[..])).prop_map(|(plugin, constraint)| Pin {
        plugin: name(plugin),
        constraint: constraint.parse().unwrap(),
        by: "acme/hello".into(),
        origin: None,
    });
    let running = (0..NAMES.len(), version()).prop_map(|(plugin, version)| Running {
        plugin: name(plugin),
        version,
        name: format!("acme/{}", NAMES[plugin]),
    });
    let asked = prop::sample::select(&CONSTRAINTS[..]);
    (asked, present, prop::collection::vec(pin, 0..2), prop::collection::vec(running, 0..3)).prop_map(|(asked, present, pins, running)| {
        Question { present, pins, running, ..Question::new("acme/hello", name(0), asked.parse().unwrap()) }
    })
}

/// The rules, written down once more and as plainly as can be.
struct Rules<'a> {
    question: &'a Question,
    registry: &'a BTreeMap<PluginName, Vec<Release>>,
}

type Chosen<'a> = BTreeMap<&'a PluginName, &'a Release>;

impl<'a> Rules<'a> {
    fn is_root(&self, plugin: &PluginName) -> bool {
        *plugin == self.question.plugin
    }

    /// Whether a release may be chosen at all.
    fn may(&self, plugin: &PluginName, release: &Release) -> bool {
        let candidate = &release.candidate;
        let named = self.question.constraint.exact().is_some();
        let held = candidate.held && self.is_root(plugin);
        let stays = self.question.present.get(plugin) == Some(&candidate.version) && !held;
        let usable = stays || !candidate.retired && candidate.channel != Channel::Archived;
        let allowed = if self.is_root(plugin) {
            self.question.constraint.matches(&candidate.version)
        } else {
            let running: Vec<_> = self.question.running.iter().filter(|running| running.plugin == *plugin).collect();
            running.is_empty() || running.iter().any(|running| running.version == candidate.version)
        };
        let pinned = self.question.pins.iter().all(|pin| pin.plugin != *plugin || pin.constraint.matches(&candidate.version));
        usable && (!held || named) && allowed && pinned
    }

    fn required(&self, release: &'a Release) -> BTreeSet<&'a PluginName> {
        release.dependencies.iter().filter(|d| d.kind == DependencyKind::Required).map(|d| &d.plugin).collect()
    }

    /// Whether these, all of them, go together.
    fn holds(&self, chosen: &Chosen<'_>) -> bool {
        let says = |release: &Release| {
            release.dependencies.iter().all(|dependency| {
                let there = chosen.get(&dependency.plugin).map(|release| dependency.version.matches(&release.candidate.version));
                let runs = || {
                    let root = self.is_root(&dependency.plugin);
                    let known =
                        |version: &Version| self.registry[&dependency.plugin].iter().any(|release| release.candidate.version == *version);
                    let all = self.question.running.iter().filter(move |r| !root && r.plugin == dependency.plugin);
                    all.map(|r| dependency.version.matches(&r.version) && known(&r.version)).collect::<Vec<_>>()
                };
                match dependency.kind {
                    DependencyKind::Required => there == Some(true),
                    DependencyKind::Optional => there != Some(false) && (runs().is_empty() || runs().contains(&true)),
                    DependencyKind::Conflicts => there != Some(true) && !runs().contains(&true),
                }
            })
        };
        chosen.values().all(|release| says(release)) && !self.has_ring(chosen)
    }

    fn has_ring(&self, chosen: &Chosen<'_>) -> bool {
        // What needs nothing that is left is taken away until nothing changes; what stays is a ring, or needs one.
        let mut left: BTreeMap<&PluginName, BTreeSet<&PluginName>> = chosen
            .iter()
            .map(|(plugin, release)| {
                (*plugin, release.dependencies.iter().filter(|d| d.kind == DependencyKind::Required).map(|d| &d.plugin).collect())
            })
            .collect();
        loop {
            let names: BTreeSet<&PluginName> = left.keys().copied().collect();
            let before = left.len();
            left.retain(|_, needs| needs.iter().any(|need| names.contains(need)));
            if left.len() == before {
                return before > 0;
            }
        }
    }

    /// The plugins in the order in which they are decided, up to the first without a version.
    fn order(&self, chosen: &Chosen<'a>) -> (Vec<&'a PluginName>, Option<&'a PluginName>) {
        let mut order: Vec<&'a PluginName> = vec![&self.question.plugin];
        let mut at = 0;
        while at < order.len() {
            let Some(release) = chosen.get(order[at]) else { return (order.clone(), Some(order[at])) };
            for needed in self.required(release) {
                if !order.contains(&needed) {
                    order.push(needed);
                }
            }
            at += 1;
        }
        (order, None)
    }

    /// Every plugin in turn gets the version to be had most with which the rest can be solved: the first that is found by trying all
    /// in that order.
    fn best(&self, chosen: &Chosen<'a>) -> Option<Chosen<'a>> {
        let (_, next) = self.order(chosen);
        let Some(next) = next else { return self.holds(chosen).then(|| chosen.clone()) };
        let mut candidates: Vec<&Release> =
            self.registry.get(next).into_iter().flatten().filter(|release| self.may(next, release)).collect();
        candidates.sort_by_key(|release| {
            let channel = match release.candidate.channel {
                Channel::Stable => 0,
                Channel::Beta => 1,
                Channel::Alpha => 2,
                Channel::Deprecated => 3,
                Channel::Archived => 4,
            };
            (self.question.present.get(next) != Some(&release.candidate.version), channel, Reverse(release.candidate.version.clone()))
        });
        candidates.into_iter().find_map(|release| {
            let mut chosen = chosen.clone();
            chosen.insert(next, release);
            self.best(&chosen)
        })
    }
}

fn told(solution: &Solution) -> BTreeMap<String, String> {
    let rest = solution.dependencies.iter().map(|solved| (solved.plugin.to_string(), solved.version.to_string()));
    rest.chain([("app".to_owned(), solution.version.to_string())]).collect()
}

fn check(question: &Question, plugins: &BTreeMap<PluginName, Vec<Release>>) {
    let rules = Rules { question, registry: plugins };
    let expected = rules.best(&BTreeMap::new());
    let expected: Option<BTreeMap<String, String>> =
        expected.map(|chosen| chosen.iter().map(|(plugin, release)| (plugin.to_string(), release.candidate.version.to_string())).collect());
    let registry: Registry = plugins.clone().into_iter().collect();
    let found = solve(question, &registry);
    assert_eq!(found.as_ref().ok().map(told), expected, "{found:?}");
    match &found {
        Ok(solution) => {
            for solved in &solution.dependencies {
                assert!(!solved.needed_by.is_empty());
                assert!(solved.needed_by.iter().all(|need| need.constraint.matches(&solved.version)));
            }
        }
        Err(error) => explained(question, &registry, error),
    }

    // The order in which things are told does not matter.
    let turned = |releases: &Vec<Release>| {
        let turn = |release: &Release| Release { dependencies: release.dependencies.iter().rev().cloned().collect(), ..release.clone() };
        releases.iter().rev().map(turn).collect::<Vec<_>>()
    };
    let again: Registry = plugins.iter().rev().map(|(plugin, releases)| (plugin.clone(), turned(releases))).collect();
    let mut other = question.clone();
    other.pins.reverse();
    other.running.reverse();
    assert_eq!(
        solve(&other, &again).map_err(|e| (e.to_string().len(), e.hint().is_some())),
        found.clone().map_err(|e| (e.to_string().len(), e.hint().is_some()))
    );

    // What was found is found again, and stays.
    if let Ok(solution) = found {
        let mut asked = question.clone();
        asked.present = solution.dependencies.iter().map(|solved| (solved.plugin.clone(), solved.version.clone())).collect();
        asked.present.insert(name(0), solution.version.clone());
        assert_eq!(told(&solve(&asked, &registry).unwrap()), told(&solution));
    }
}

/// What is said would fit does.
fn explained(question: &Question, registry: &Registry, error: &Unsolved) {
    let Unsolved::Conflict(conflict) = error else { return };
    assert!(!conflict.reasons.is_empty(), "{error}");
    for fit in &conflict.fits {
        let mut question = question.clone();
        match fit {
            Fit::Version(version) => question.constraint = Constraint::from(version),
            Fit::Pin(plugin, version) => {
                question.pins.retain(|pin| pin.plugin != *plugin || pin.constraint.matches(version));
            }
            Fit::Running(plugin, version, name) => {
                let running = Running { plugin: plugin.clone(), version: version.clone(), name: name.clone() };
                question.running.retain(|running| running.plugin != *plugin);
                question.running.push(running);
            }
            Fit::Without(_) | Fit::PassedOver(..) => continue,
        }
        solve(&question, registry).unwrap_or_else(|other| panic!("{error}: {fit:?} does not fit: {other}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    #[test]
    fn the_solver_finds_what_trying_everything_finds(plugins in registry(), question in question()) {
        check(&question, &plugins);
    }
}
