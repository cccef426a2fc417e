//! What is said when plugins do not go together, and what is chosen when they do: scenario by scenario, checked in and read by
//! people.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use hotswap_model::{Channel, Dependency, DependencyKind, PluginName};
use hotswap_resolver::{Candidate, Origin, Pin, Question, Registry, Release, Running, solve};

/// `1.2.0 archived: auth ^2, legacy ! *, cache ? ^1`: a version, marks, what it requires, conflicts with, works with.
fn release(text: &str) -> Release {
    let (head, tail) = text.split_once(':').unwrap_or((text, ""));
    let mut words = head.split_whitespace();
    let version = words.next().unwrap().parse().unwrap();
    let mut candidate = Candidate { version, channel: Channel::Stable, retired: false, held: false };
    for word in words {
        match word {
            "retired" => candidate.retired = true,
            "held" => candidate.held = true,
            channel => candidate.channel = Channel::ALL.into_iter().find(|known| known.as_str() == channel).unwrap(),
        }
    }
    let dependencies = tail.split(',').map(str::trim).filter(|text| !text.is_empty()).map(dependency).collect();
    Release { candidate, dependencies }
}

fn dependency(text: &str) -> Dependency {
    let (plugin, rest) = text.split_once(' ').unwrap();
    let (kind, version) = match (rest.strip_prefix("! "), rest.strip_prefix("? ")) {
        (Some(version), _) => (DependencyKind::Conflicts, version),
        (_, Some(version)) => (DependencyKind::Optional, version),
        _ => (DependencyKind::Required, rest),
    };
    Dependency { plugin: plugin.parse().unwrap(), version: version.parse().unwrap(), kind }
}

fn name(text: &str) -> PluginName {
    text.parse().unwrap()
}

/// A scenario is lines: what it shows; `ask PLUGIN CONSTRAINT [FILE:LINE]`, `has PLUGIN VERSION`, `pin PLUGIN CONSTRAINT [FILE:LINE]`,
/// `runs PLUGIN VERSION NAME`; all others are `PLUGIN VERSION...`.
fn play(scenario: &str) -> String {
    let mut registry: std::collections::BTreeMap<PluginName, Vec<Release>> = Default::default();
    let mut question = Question::new("acme/hello", name("greeter"), "*".parse().unwrap());
    for line in scenario.lines().skip(1) {
        let (verb, rest) = line.trim().split_once(' ').unwrap();
        let (rest, origin) = match rest.split_once(" at ") {
            Some((rest, place)) => {
                let (file, line) = place.split_once(':').unwrap();
                (rest, Some(Origin { file: file.into(), line: line.parse().unwrap() }))
            }
            None => (rest, None),
        };
        let pair = || rest.split_once(' ').unwrap();
        match verb {
            "ask" => {
                question.plugin = name(pair().0);
                question.constraint = pair().1.parse().unwrap();
                question.origin = origin;
            }
            "has" => _ = question.present.insert(name(pair().0), pair().1.parse().unwrap()),
            "pin" => {
                let (plugin, constraint) = pair();
                question.pins.push(Pin { plugin: name(plugin), constraint: constraint.parse().unwrap(), by: "acme/hello".into(), origin });
            }
            "runs" => {
                let (plugin, rest) = pair();
                let (version, as_what) = rest.split_once(' ').unwrap();
                question.running.push(Running { plugin: name(plugin), version: version.parse().unwrap(), name: as_what.into() });
            }
            plugin => registry.entry(name(plugin)).or_default().push(release(rest)),
        }
    }
    let registry: Registry = registry.into_iter().collect();
    let mut told = String::new();
    match solve(&question, &registry) {
        Ok(solution) => {
            writeln!(told, "-> {} {}", question.plugin, solution.version).unwrap();
            for solved in &solution.dependencies {
                let by: Vec<_> =
                    solved.needed_by.iter().map(|need| format!("{} {} ({})", need.plugin, need.version, need.constraint)).collect();
                writeln!(told, "   {} {}, needed by {}", solved.plugin, solved.version, by.join(", ")).unwrap();
            }
            solution.warnings.iter().for_each(|warning| writeln!(told, "warning: {warning}").unwrap());
        }
        Err(error) => {
            writeln!(told, "error: {error}").unwrap();
            error.hint().iter().for_each(|hint| writeln!(told, "hint: {hint}").unwrap());
        }
    }
    told
}

fn all(scenarios: &str) -> String {
    let mut told = String::new();
    for scenario in scenarios.split("\n# ").map(|text| text.trim().trim_start_matches("# ")) {
        let shows = scenario.lines().next().unwrap();
        writeln!(told, "# {shows}\n{}", play(scenario)).unwrap();
    }
    told
}

#[test]
fn every_conflict_is_explained_as_checked_in() {
    insta::assert_snapshot!(all(include_str!("scenarios/conflicts.txt")));
}

#[test]
fn every_solution_is_the_one_checked_in() {
    insta::assert_snapshot!(all(include_str!("scenarios/solutions.txt")));
}

/// Releases that are numbered 1.0.0, 1.1.0 and so on, each with these dependencies.
fn numbered(count: u64, dependencies: impl Fn(u64) -> Vec<String>) -> Vec<Release> {
    (0..count).map(|minor| release(&format!("1.{minor}.0: {}", dependencies(minor).join(", ")))).collect()
}

#[test]
fn a_chain_of_a_thousand_plugins_is_followed_to_its_end() {
    let plugin = |index: u64| {
        let next = move |_| if index == 999 { vec![] } else { vec![format!("p{} ^1", index + 1)] };
        (name(&format!("p{index}")), numbered(3, next))
    };
    let registry: Registry = (0..1_000).map(plugin).collect();
    let solution = solve(&Question::new("acme/hello", name("p0"), "*".parse().unwrap()), &registry).unwrap();
    assert_eq!(solution.dependencies.len(), 999);
    assert!(solution.dependencies.iter().all(|solved| solved.version.to_string() == "1.2.0"));
}

#[test]
fn what_only_shows_at_the_end_does_not_have_everything_before_it_tried_again() {
    // Twenty plugins of ten versions each; all but the lowest of the last one need what is not there.
    let mut plugins: Vec<_> = (0..20).map(|index| (name(&format!("p{index:02}")), numbered(10, |_| vec!["z ^1".to_owned()]))).collect();
    plugins.push((name("z"), numbered(10, |minor| if minor == 0 { vec![] } else { vec!["gone ^1".to_owned()] })));
    let needs: Vec<String> = (0..20).map(|index| format!("p{index:02} ^1")).collect();
    plugins.push((name("root"), vec![release(&format!("1.0.0: {}", needs.join(", ")))]));
    let registry: Registry = plugins.into_iter().collect();
    let solution = solve(&Question::new("acme/hello", name("root"), "*".parse().unwrap()), &registry).unwrap();
    let z = solution.dependencies.iter().find(|solved| solved.plugin == name("z")).unwrap();
    assert_eq!((z.version.to_string().as_str(), z.needed_by.len()), ("1.0.0", 20));
}

#[test]
fn what_would_take_too_long_is_given_up_with_a_way_out() {
    // Pigeons and holes: thirteen plugins, each to have a number of its own out of twelve. No short proof is known to searches like this.
    let pigeon = |index: u64| {
        let others = move |minor: u64| (0..13).filter(|other| *other != index).map(|other| format!("p{other} ! 1.{minor}.0")).collect();
        (name(&format!("p{index}")), numbered(12, others))
    };
    let mut plugins: Vec<_> = (0..13).map(pigeon).collect();
    let needs: Vec<String> = (0..13).map(|index| format!("p{index} ^1")).collect();
    plugins.push((name("root"), vec![release(&format!("1.0.0: {}", needs.join(", ")))]));
    let registry: Registry = plugins.into_iter().collect();
    let error = solve(&Question::new("acme/hello", name("root"), "*".parse().unwrap()), &registry).unwrap_err();
    assert!(error.to_string().starts_with("whether root * can be had was not found out"), "{error}");
    assert!(error.hint().unwrap().contains("pin the version"));
}
