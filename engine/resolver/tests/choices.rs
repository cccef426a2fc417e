//! What is chosen and what is said, scenario by scenario; the answers are checked in and read by people.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use hotswap_model::{Channel, Version};
use hotswap_resolver::{Candidate, choose};
use proptest::prelude::*;

/// `1.2.0`, or with marks behind it: `1.2.0 beta`, `1.2.0 archived held`, `1.2.0 retired`.
fn candidate(text: &str) -> Candidate {
    let mut words = text.split(' ');
    let version = words.next().unwrap().parse().unwrap();
    let mut candidate = Candidate { version, channel: Channel::Stable, retired: false, held: false };
    for word in words {
        match word {
            "retired" => candidate.retired = true,
            "held" => candidate.held = true,
            channel => candidate.channel = Channel::ALL.into_iter().find(|known| known.as_str() == channel).unwrap(),
        }
    }
    candidate
}

/// Each line: what the scenario shows; the constraint; the candidates; the present version, if any.
const SCENARIOS: &[(&str, &str, &[&str], Option<&str>)] = &[
    ("the highest stable one that fits is chosen", "~> 1.0", &["1.0.0", "1.10.0", "1.9.0", "2.0.0"], None),
    ("a present one stays though a higher one fits", "~> 1.0", &["1.0.0", "1.1.0"], Some("1.0.0")),
    ("a present one goes when the constraint leaves it out", "~> 1.1", &["1.0.0", "1.1.0", "1.2.0"], Some("1.0.0")),
    ("a present one goes when it is held", "~> 1.0", &["1.0.0", "1.1.0 held"], Some("1.1.0")),
    ("a present one that nobody knows any more is chosen anew", "~> 1.0", &["1.0.0"], Some("1.1.0")),
    ("a present one that was archived stays", "~> 1.0", &["1.0.0 archived", "1.1.0"], Some("1.0.0")),
    ("a present one that was retired stays", "~> 1.0", &["1.0.0 retired", "1.1.0"], Some("1.0.0")),
    ("a present one that was deprecated stays", "~> 1.0", &["1.0.0 deprecated", "1.1.0"], Some("1.0.0")),
    ("a present one that was alpha all along stays in silence", "~> 1.0", &["1.0.0 alpha", "1.1.0"], Some("1.0.0")),
    (
        "a lower stable one goes before a higher one of any other channel",
        "*",
        &["1.0.0", "2.0.0 beta", "3.0.0 alpha", "4.0.0 deprecated"],
        None,
    ),
    ("beta where nothing stable fits", "> 1.0", &["1.0.0", "2.0.0 beta", "3.0.0 alpha", "4.0.0 deprecated"], None),
    ("alpha where nothing stable or beta fits", "> 2.0", &["1.0.0", "2.0.0 beta", "3.0.0 alpha", "4.0.0 deprecated"], None),
    ("deprecated last", "> 3.0", &["1.0.0", "2.0.0 beta", "3.0.0 alpha", "4.0.0 deprecated"], None),
    ("a pinned alpha needs no warning", "3.0.0", &["1.0.0", "3.0.0 alpha"], None),
    ("a pinned one is given though held", "1.1.0", &["1.0.0", "1.1.0 held"], None),
    ("a pinned one is not given when archived", "1.1.0", &["1.0.0", "1.1.0 archived"], None),
    ("held ones are passed over", "~> 1.0", &["1.0.0", "1.1.0", "1.2.0 held"], None),
    ("nothing satisfies it", "~> 3.0", &["2.0.0 archived", "1.0.0", "1.1.0"], None),
    ("a pin that was never published", "1.0.5", &["1.0.0", "1.1.0"], None),
    ("a pin below everything", "0.1.0", &["1.0.0", "1.1.0"], None),
    ("all that fit are archived", "~> 2.0", &["1.0.0", "2.0.0 archived"], None),
    ("all that fit are retired", "~> 2.0", &["1.0.0", "2.0.0 retired"], None),
    ("all that fit are held", "~> 2.0", &["1.0.0", "2.0.0 held"], None),
    ("only a pre-release would fit", "~> 2.0", &["1.0.0", "2.1.0-rc.1"], None),
    ("nothing was published", "~> 1.0", &[], None),
    ("everything was retired", "~> 1.0", &["2.0.0 retired"], None),
    ("nothing usable at all", "~> 1.0", &["2.0.0 archived"], None),
    (
        "many were published",
        "9.0.0",
        &["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0", "1.7.0", "1.8.0", "1.9.0", "2.0.0", "2.1.0"],
        None,
    ),
];

#[test]
fn every_scenario_is_answered_as_checked_in() {
    let mut told = String::new();
    for (shows, constraint, candidates, present) in SCENARIOS {
        let read: Vec<_> = candidates.iter().map(|text| candidate(text)).collect();
        let present: Option<Version> = present.map(|text| text.parse().unwrap());
        let had = present.as_ref().map(|version| format!(", present {version}")).unwrap_or_default();
        writeln!(told, "# {shows}\n{constraint} of [{}]{had}", candidates.join(", ")).unwrap();
        match choose(&"greeter".parse().unwrap(), &constraint.parse().unwrap(), &read, present.as_ref()) {
            Ok(choice) => {
                writeln!(told, "-> {}", choice.version).unwrap();
                choice.warnings.iter().for_each(|warning| writeln!(told, "warning: {warning}").unwrap());
            }
            Err(error) => {
                writeln!(told, "error: {error}").unwrap();
                error.hint().iter().for_each(|hint| writeln!(told, "hint: {hint}").unwrap());
            }
        }
        told.push('\n');
    }
    insta::assert_snapshot!(told);
}

fn any_candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let one = (0_u64..3, 0_u64..4, 0_usize..5, any::<bool>(), any::<bool>()).prop_map(|(major, minor, channel, retired, held)| Candidate {
        version: Version::new(major, minor, 0),
        channel: Channel::ALL[channel],
        retired,
        held,
    });
    proptest::collection::vec(one, 0..12).prop_map(|mut all| {
        all.sort_by(|a, b| a.version.cmp(&b.version));
        all.dedup_by(|a, b| a.version == b.version);
        all
    })
}

fn any_constraint() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["*", "~> 1.0", "~> 1.1", "^0.2.0", ">= 1.2", "< 1.1", "1.1.0", "!= 2.0.0", ">= 0.1, < 2"])
}

proptest! {
    #[test]
    fn what_is_chosen_fits_and_is_a_candidate_and_stays_chosen(candidates in any_candidates(), constraint in any_constraint()) {
        let (plugin, constraint) = ("greeter".parse().unwrap(), constraint.parse().unwrap());
        if let Ok(choice) = choose(&plugin, &constraint, &candidates, None) {
            let found = candidates.iter().find(|candidate| candidate.version == choice.version).unwrap();
            prop_assert!(constraint.matches(&choice.version));
            prop_assert!(!found.retired && found.channel != Channel::Archived);
            if !found.held {
                let again = choose(&plugin, &constraint, &candidates, Some(&choice.version)).unwrap();
                prop_assert_eq!(again.version, choice.version);
            }
        }
    }

    #[test]
    fn the_order_of_candidates_does_not_matter(candidates in any_candidates(), constraint in any_constraint()) {
        let (plugin, constraint) = ("greeter".parse().unwrap(), constraint.parse().unwrap());
        let turned: Vec<_> = candidates.iter().rev().cloned().collect();
        prop_assert_eq!(choose(&plugin, &constraint, &candidates, None), choose(&plugin, &constraint, &turned, None));
    }
}
