//! From the clauses that rule a solution out to reasons people follow: as few as will do, and what would fit instead.

use std::cmp::Reverse;

use hotswap_model::{DependencyKind, PluginName, Version};

use crate::conflict::{Conflict, Fit, Reason, Versions};
use crate::problem::{Fact, Plugin, Problem, ROOT};
use crate::search::{Budget, Clause, Dead, Guide, State, search};
use crate::set::Set;

/// What an explanation may take: reasons are as few as can be found within it.
const LOOKS: u64 = 10_000_000;

/// Explains why there is no solution, given facts of the problem that rule it out.
pub(crate) fn conflict<'p>(problem: &Problem<'p>, facts: &[usize]) -> Conflict {
    let facts = fewest(problem, facts, &Budget::new(LOOKS));
    let budget = Budget::new(LOOKS);
    let mut core: Vec<Fact<'p>> = facts.iter().map(|fact| problem.facts.borrow()[*fact].clone()).collect();
    core.sort_by_key(|fact| place(problem, fact));
    let told = Told { problem, core: &core, possible: possible(problem) };
    Conflict {
        plugin: problem.question.plugin.clone(),
        constraint: problem.question.constraint.clone(),
        origin: problem.question.origin.clone(),
        reasons: core.iter().filter(|fact| !told.is_of_a_ring(fact)).flat_map(|fact| told.reasons(fact)).collect(),
        fits: facts.iter().flat_map(|fact| fits(problem, *fact, &budget)).collect(),
    }
}

/// Decides as the problem does, and has nothing against rings: only the clauses given count.
struct Plain<'a, 'p>(&'a Problem<'p>);

impl Guide for Plain<'_, '_> {
    fn decide(&self, state: &State) -> Option<(usize, usize)> {
        self.0.decide(state)
    }
}

/// The clause of a fact.
fn clause(problem: &Problem<'_>, fact: usize) -> Clause {
    match &problem.facts.borrow()[fact] {
        Fact::Ring(ring) => Clause::given(fact, problem.ring_terms(ring)),
        _ => problem.clauses[fact].clone(),
    }
}

/// That the plugin that is asked for is there, in whatever version.
fn there() -> Clause {
    Clause::given(usize::MAX, vec![(ROOT, Set::one(0))])
}

/// Facts of these that rule a solution out together, and would not if one was missing.
fn fewest(problem: &Problem<'_>, facts: &[usize], budget: &Budget) -> Vec<usize> {
    let mut needed = facts.to_vec();
    // What is far away is tried first, so that what stays is near to what was asked for.
    let mut tried = needed.clone();
    tried.sort_by_key(|fact| Reverse(place(problem, &problem.facts.borrow()[*fact])));
    for fact in tried.into_iter().filter(|fact| problem.facts.borrow()[*fact] != Fact::Asked) {
        let rest = needed.iter().filter(|other| **other != fact).map(|other| clause(problem, *other));
        let clauses = rest.chain([there()]).collect();
        if let Err(Dead::End(enough)) = search(problem.domains(), clauses, &Plain(problem), budget) {
            needed.retain(|fact| enough.contains(fact));
        }
    }
    needed
}

/// Where a reason stands in the text: what was asked for, what that needs and so on, and then what is said from outside.
fn place(problem: &Problem<'_>, fact: &Fact<'_>) -> (usize, usize, usize, usize) {
    let distance = |plugin: Plugin| problem.plugins[plugin].distance;
    let outside = usize::MAX;
    match fact {
        Fact::Asked => (0, 0, 0, 0),
        Fact::Says { of, releases, target, .. } | Fact::SaysOfRunning { of, releases, target, .. } => {
            (distance(*of), *of, *target, releases.iter().next().unwrap_or_default())
        }
        Fact::Ring(ring) => (outside, 0, ring.first().copied().unwrap_or_default(), 0),
        Fact::PassedOver(plugin, _) => (outside, 1, *plugin, 0),
        Fact::Pinned(index) => (outside, 2, *index, 0),
        Fact::Runs(plugin) => (outside, 3, *plugin, 0),
    }
}

/// What each plugin may be by what is said of it alone.
fn possible(problem: &Problem<'_>) -> Vec<Set> {
    let mut possible = problem.domains();
    for (clause, fact) in problem.clauses.iter().zip(problem.facts.borrow().iter()) {
        if let ([(plugin, set)], false) = (clause.terms.as_slice(), matches!(fact, Fact::SaysOfRunning { .. })) {
            possible[*plugin] = possible[*plugin].without(set);
        }
    }
    possible
}

/// A conflict as it is being put into words.
struct Told<'a, 'p> {
    problem: &'a Problem<'p>,
    core: &'a [Fact<'p>],
    possible: Vec<Set>,
}

impl Told<'_, '_> {
    fn name(&self, plugin: Plugin) -> PluginName {
        self.problem.plugins[plugin].name.clone()
    }

    fn versions(&self, plugin: Plugin, set: &Set) -> Versions {
        let values: Vec<usize> = set.iter().filter(|value| *value > 0).collect();
        let gapless = values.windows(2).all(|pair| pair[1] == pair[0] + 1);
        Versions { versions: values.iter().map(|value| self.problem.plugins[plugin].version(*value).clone()).collect(), gapless }
    }

    /// These releases, but for those that are out of the question anyway; all of them if all are.
    fn considered(&self, plugin: Plugin, releases: &Set) -> Versions {
        let considered = releases.intersection(&self.possible[plugin]);
        self.versions(plugin, if considered.is_empty() { releases } else { &considered })
    }

    fn reasons(&self, fact: &Fact<'_>) -> Vec<Reason> {
        let question = self.problem.question;
        match fact {
            // It is the beginning of the sentence.
            Fact::Asked => Vec::new(),
            Fact::Pinned(index) => {
                let pin = question.pins[*index].clone();
                vec![Reason::Pinned { plugin: pin.plugin, constraint: pin.constraint, by: pin.by, origin: pin.origin }]
            }
            Fact::Runs(plugin) => vec![self.runs(*plugin)],
            Fact::PassedOver(plugin, because) => {
                let of = |(clause, other): (&Clause, &Fact<'_>)| (other == fact).then(|| clause.terms[0].1.clone());
                let set = self.problem.clauses.iter().zip(self.problem.facts.borrow().iter()).find_map(of).unwrap_or_default();
                let wanted = set.intersection(&self.wanted(*plugin));
                let versions = self.versions(*plugin, if wanted.is_empty() { &set } else { &wanted });
                vec![Reason::PassedOver { plugin: self.name(*plugin), versions, because: because.as_str() }]
            }
            Fact::Says { of, releases, target, dependency } => {
                let variable = &self.problem.plugins[*target];
                let unmet = dependency.kind == DependencyKind::Required && variable.matching(&dependency.version).is_empty();
                let published = variable.releases.iter().map(|release| &release.candidate).filter(|candidate| !candidate.retired);
                vec![Reason::Says {
                    plugin: self.name(*of),
                    versions: self.considered(*of, releases),
                    kind: dependency.kind,
                    target: self.name(*target),
                    constraint: dependency.version.clone(),
                    unmet: unmet.then(|| published.cloned().collect()),
                }]
            }
            Fact::SaysOfRunning { of, releases, target, dependency } => vec![
                Reason::Says {
                    plugin: self.name(*of),
                    versions: self.considered(*of, releases),
                    kind: dependency.kind,
                    target: self.name(*target),
                    constraint: dependency.version.clone(),
                    unmet: None,
                },
                self.runs(*target),
            ],
            Fact::Ring(ring) => vec![Reason::Ring(ring.iter().map(|plugin| self.name(*plugin)).collect())],
        }
    }

    /// Whether a ring tells this as well: that one plugin of it needs the next.
    fn is_of_a_ring(&self, fact: &Fact<'_>) -> bool {
        let Fact::Says { of, target, .. } = fact else { return false };
        let tells = |ring: &Vec<Plugin>| ring.iter().zip(ring.iter().cycle().skip(1)).any(|pair| pair == (of, target));
        self.core.iter().any(|other| matches!(other, Fact::Ring(ring) if tells(ring)))
    }

    fn runs(&self, plugin: Plugin) -> Reason {
        let plugin = self.name(plugin);
        let running = self.problem.question.running.iter().filter(|running| running.plugin == plugin);
        let mut versions: Vec<(Version, String)> = running.map(|running| (running.version.clone(), running.name.clone())).collect();
        versions.sort();
        Reason::Runs { plugin, versions }
    }

    /// The releases of a plugin that are asked for, or that something in this conflict needs.
    fn wanted(&self, plugin: Plugin) -> Set {
        let variable = &self.problem.plugins[plugin];
        if plugin == ROOT {
            return variable.matching(&self.problem.question.constraint);
        }
        let needed = self.core.iter().filter_map(|fact| match fact {
            Fact::Says { target, dependency, .. } if *target == plugin => Some(variable.matching(&dependency.version)),
            _ => None,
        });
        needed.fold(Set::default(), |all, set| all.union(&set))
    }
}

/// What would fit if this was not so.
fn fits(problem: &Problem<'_>, fact: usize, budget: &Budget) -> Option<Fit> {
    let rest = problem.clauses.iter().enumerate().filter(|(other, _)| *other != fact).map(|(_, clause)| clause.clone());
    let relaxed = |clauses: Vec<Clause>, guide: &dyn Fn(&State) -> Option<(usize, usize)>| {
        let state = search(problem.domains(), clauses, &Relaxed { problem, decide: guide }, budget).ok()?;
        let (decided, _) = problem.decided(&state);
        Some(move |plugin: Plugin| decided.iter().find(|(other, _)| *other == plugin).map(|(_, value)| *value))
    };
    let as_ever = |state: &State| problem.decide(state);
    let found = problem.facts.borrow()[fact].clone();
    let version = |plugin: Plugin, value: usize| problem.plugins[plugin].version(value).clone();
    match found {
        Fact::Asked => {
            let nearest = nearest(problem);
            let decide = |state: &State| match state.domain(ROOT).single() {
                Some(_) => problem.decide(state),
                None => nearest.iter().find(|value| state.domain(ROOT).contains(**value)).map(|value| (ROOT, *value)),
            };
            let value = relaxed(rest.chain([there()]).collect(), &decide)?(ROOT)?;
            Some(Fit::Version(version(ROOT, value)))
        }
        Fact::Pinned(index) => {
            let name = &problem.question.pins[index].plugin;
            let plugin = problem.plugins.iter().position(|variable| variable.name == name)?;
            let value = relaxed(rest.collect(), &as_ever)?(plugin)?;
            Some(Fit::Pin(name.clone(), version(plugin, value)))
        }
        Fact::Runs(plugin) => {
            let name = problem.plugins[plugin].name;
            let value = relaxed(rest.collect(), &as_ever)?(plugin)?;
            let running = problem.question.running.iter().filter(|running| running.plugin == *name).map(|running| &running.name).min()?;
            Some(Fit::Running(name.clone(), version(plugin, value), running.clone()))
        }
        Fact::SaysOfRunning { target, .. } => {
            let _fits = relaxed(rest.collect(), &as_ever)?;
            let name = problem.plugins[target].name;
            let mut running: Vec<&str> =
                problem.question.running.iter().filter(|running| running.plugin == *name).map(|running| running.name.as_str()).collect();
            running.sort_unstable();
            Some(Fit::Without(running.join(" and ")))
        }
        Fact::PassedOver(plugin, because) => {
            let value = relaxed(rest.collect(), &as_ever)?(plugin)?;
            Some(Fit::PassedOver(problem.plugins[plugin].name.clone(), version(plugin, value), because.as_str()))
        }
        Fact::Says { .. } | Fact::Ring(_) => None,
    }
}

/// Decides as it is told, and objects to rings as the problem does.
struct Relaxed<'a, 'p> {
    problem: &'a Problem<'p>,
    decide: &'a dyn Fn(&State) -> Option<(usize, usize)>,
}

impl Guide for Relaxed<'_, '_> {
    fn decide(&self, state: &State) -> Option<(usize, usize)> {
        (self.decide)(state)
    }

    fn object(&self, state: &State) -> Option<Clause> {
        self.problem.object(state)
    }
}

/// The releases of what was asked for, the nearest to it first: for one version those below it and then those above, otherwise
/// those to be had most.
fn nearest(problem: &Problem<'_>) -> Vec<usize> {
    let root = &problem.plugins[ROOT];
    let Some(asked) = problem.question.constraint.exact() else { return root.preferred.clone() };
    let mut values: Vec<usize> = (1..=root.releases.len()).collect();
    values.sort_by_key(|value| {
        let below = root.version(*value) < asked;
        (!below, if below { Reverse(*value) } else { Reverse(usize::MAX - *value) })
    });
    values
}
