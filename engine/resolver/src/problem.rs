//! From a question to variables and clauses, and from values back to versions.
//!
//! A variable is a plugin; its value 0 says that it isn't there, the others are its releases, the lowest first. A clause is a fact
//! people can be told.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use hotswap_model::{Constraint, Dependency, DependencyKind, PluginName, Version};

use crate::choose::Candidate;
use crate::search::{Clause, Guide, State};
use crate::set::Set;
use crate::{Question, Registry, Release};

/// A variable.
pub(crate) type Plugin = usize;

/// The variable of the plugin that is asked for.
pub(crate) const ROOT: Plugin = 0;

/// Why releases are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum PassedOver {
    Archived,
    Retired,
    Held,
}

impl PassedOver {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Archived => "archived",
            Self::Retired => "retired",
            Self::Held => "held since it was rolled back here",
        }
    }
}

/// What rules something out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fact<'a> {
    /// The plugin is to be there, within its constraint.
    Asked,
    /// A pin of the question, by its index.
    Pinned(usize),
    /// If it is there, it is one of the versions that run.
    Runs(Plugin),
    PassedOver(Plugin, PassedOver),
    /// These releases of a plugin say so of another.
    Says {
        of: Plugin,
        releases: Set,
        target: Plugin,
        dependency: &'a Dependency,
    },
    /// As [`Fact::Says`], and what runs does not agree.
    SaysOfRunning {
        of: Plugin,
        releases: Set,
        target: Plugin,
        dependency: &'a Dependency,
    },
    /// Each needs the next one, and the last the first.
    Ring(Vec<Plugin>),
}

/// A question as variables and clauses.
pub(crate) struct Problem<'a> {
    pub(crate) question: &'a Question,
    pub(crate) plugins: Vec<Variable<'a>>,
    pub(crate) facts: RefCell<Vec<Fact<'a>>>,
    pub(crate) clauses: Vec<Clause>,
}

/// A plugin.
pub(crate) struct Variable<'a> {
    pub(crate) name: &'a PluginName,
    pub(crate) releases: &'a [Release],
    /// Fewest steps from the plugin that is asked for.
    pub(crate) distance: usize,
    /// Values, the one to be had most first.
    pub(crate) preferred: Vec<usize>,
    /// By value, the plugins it needs, by name.
    pub(crate) needs: Vec<Vec<Plugin>>,
}

impl Variable<'_> {
    /// The release a value stands for.
    pub(crate) fn release(&self, value: usize) -> &Release {
        &self.releases[value - 1]
    }

    pub(crate) fn version(&self, value: usize) -> &Version {
        &self.release(value).candidate.version
    }

    /// The values of releases that are so.
    pub(crate) fn values(&self, are: impl Fn(&Candidate) -> bool) -> Set {
        self.releases.iter().enumerate().filter(|(_, release)| are(&release.candidate)).map(|(index, _)| index + 1).collect()
    }

    pub(crate) fn matching(&self, constraint: &Constraint) -> Set {
        self.values(|candidate| constraint.matches(&candidate.version))
    }

    pub(crate) fn everything(&self) -> Set {
        Set::below(self.releases.len() + 1)
    }

    fn absent() -> Set {
        Set::one(0)
    }
}

impl<'a> Problem<'a> {
    pub(crate) fn new(question: &'a Question, registry: &'a Registry) -> Self {
        let names = reachable(&question.plugin, registry);
        let index: HashMap<&PluginName, Plugin> = names.iter().enumerate().map(|(index, (name, _))| (*name, index)).collect();
        let variable = |(name, distance): &(&'a PluginName, usize)| {
            let releases = registry.releases(name);
            Variable {
                name,
                releases,
                distance: *distance,
                preferred: preferred(releases, question.present.get(*name)),
                needs: Vec::with_capacity(releases.len() + 1),
            }
        };
        let plugins = names.iter().map(variable).collect();
        let mut problem = Self { question, plugins, facts: RefCell::default(), clauses: Vec::new() };
        problem.ask();
        problem.pass_over();
        let running = problem.running();
        problem.depend(&index, &running);
        problem
    }

    /// What the variables may be before anything is drawn.
    pub(crate) fn domains(&self) -> Vec<Set> {
        self.plugins.iter().map(Variable::everything).collect()
    }

    fn state(&mut self, fact: Fact<'a>, terms: Vec<(Plugin, Set)>) {
        let mut facts = self.facts.borrow_mut();
        self.clauses.push(Clause::given(facts.len(), terms));
        facts.push(fact);
    }

    fn ask(&mut self) {
        let root = &self.plugins[ROOT];
        let others = root.everything().without(&root.matching(&self.question.constraint));
        self.state(Fact::Asked, vec![(ROOT, others)]);
        for (index, pin) in self.question.pins.iter().enumerate() {
            if let Some(plugin) = self.plugins.iter().position(|variable| *variable.name == pin.plugin) {
                let others = self.plugins[plugin].values(|candidate| !pin.constraint.matches(&candidate.version));
                self.state(Fact::Pinned(index), vec![(plugin, others)]);
            }
        }
    }

    fn pass_over(&mut self) {
        let named = self.question.constraint.exact().is_some();
        for plugin in 0..self.plugins.len() {
            let variable = &self.plugins[plugin];
            let present = self.question.present.get(variable.name);
            let why = |candidate: &Candidate| match candidate {
                // Held does not matter for a version that was named, and only for the one that is asked for at all.
                candidate if candidate.held && plugin == ROOT && !named => Some(PassedOver::Held),
                candidate if Some(&candidate.version) == present && !(candidate.held && plugin == ROOT) => None,
                candidate if candidate.retired => Some(PassedOver::Retired),
                candidate if !candidate.may_be_chosen() => Some(PassedOver::Archived),
                _ => None,
            };
            let sets = [PassedOver::Archived, PassedOver::Retired, PassedOver::Held]
                .map(|reason| (reason, variable.values(|candidate| why(candidate) == Some(reason))));
            for (reason, set) in sets.into_iter().filter(|(_, set)| !set.is_empty()) {
                self.state(Fact::PassedOver(plugin, reason), vec![(plugin, set)]);
            }
        }
    }

    /// The values of what runs, by plugin; the plugin that is asked for is free to run twice.
    fn running(&mut self) -> BTreeMap<Plugin, Set> {
        let mut running = BTreeMap::new();
        for plugin in 1..self.plugins.len() {
            let variable = &self.plugins[plugin];
            let versions: HashSet<&Version> =
                self.question.running.iter().filter(|running| running.plugin == *variable.name).map(|running| &running.version).collect();
            if versions.is_empty() {
                continue;
            }
            let set = variable.values(|candidate| versions.contains(&candidate.version));
            let others = variable.everything().without(&set).without(&Variable::absent());
            self.state(Fact::Runs(plugin), vec![(plugin, others)]);
            running.insert(plugin, set);
        }
        running
    }

    fn depend(&mut self, index: &HashMap<&PluginName, Plugin>, running: &BTreeMap<Plugin, Set>) {
        let mut meant: HashMap<(Plugin, &str), Set> = HashMap::new();
        for of in 0..self.plugins.len() {
            let releases = self.plugins[of].releases;
            let mut needs = vec![Vec::new(); releases.len() + 1];
            // Releases that say the same are one clause.
            let mut groups: HashMap<(Plugin, DependencyKind, &str), usize> = HashMap::new();
            let mut said: Vec<(Plugin, &'a Dependency, Set)> = Vec::new();
            for (value, release) in releases.iter().enumerate().map(|(index, release)| (index + 1, release)) {
                let mut sorted: Vec<&Dependency> = release.dependencies.iter().collect();
                sorted.sort_by(|a, b| a.plugin.cmp(&b.plugin));
                for dependency in sorted {
                    let target = index[&dependency.plugin];
                    let key = (target, dependency.kind, dependency.version.as_str());
                    let group = *groups.entry(key).or_insert_with(|| {
                        said.push((target, dependency, Set::default()));
                        said.len() - 1
                    });
                    said[group].2.insert(value);
                    if dependency.kind == DependencyKind::Required {
                        needs[value].push(target);
                    }
                }
            }
            for (target, dependency, releases) in said {
                let variable = &self.plugins[target];
                let meant = meant.entry((target, dependency.version.as_str())).or_insert_with(|| variable.matching(&dependency.version));
                let there = variable.everything().without(&Variable::absent());
                let wrong = match dependency.kind {
                    DependencyKind::Required => variable.everything().without(meant),
                    DependencyKind::Optional => there.without(meant),
                    DependencyKind::Conflicts => meant.clone(),
                };
                let clashes = running.get(&target).is_some_and(|running| match dependency.kind {
                    DependencyKind::Required => false,
                    DependencyKind::Optional => !running.meets(meant),
                    DependencyKind::Conflicts => running.meets(meant),
                });
                if clashes {
                    let fact = Fact::SaysOfRunning { of, releases: releases.clone(), target, dependency };
                    self.state(fact, vec![(of, releases.clone())]);
                }
                self.state(Fact::Says { of, releases: releases.clone(), target, dependency }, vec![(of, releases), (target, wrong)]);
            }
            self.plugins[of].needs = needs;
        }
    }

    /// The plugins that are there, in the order in which they are decided: what is asked for, what it needs, what that needs.
    /// Ends at the first that is not decided yet, which is given too.
    pub(crate) fn decided(&self, state: &State) -> (Vec<(Plugin, usize)>, Option<Plugin>) {
        let mut order = vec![ROOT];
        let mut seen = vec![false; self.plugins.len()];
        seen[ROOT] = true;
        let mut decided = Vec::new();
        while let Some(plugin) = order.get(decided.len()).copied() {
            let Some(value) = state.domain(plugin).single() else { return (decided, Some(plugin)) };
            decided.push((plugin, value));
            for needed in &self.plugins[plugin].needs[value] {
                if !std::mem::replace(&mut seen[*needed], true) {
                    order.push(*needed);
                }
            }
        }
        (decided, None)
    }

    /// Plugins of which each needs the next, and the last the first.
    fn ring(&self, decided: &[(Plugin, usize)]) -> Option<Vec<Plugin>> {
        let values: HashMap<Plugin, usize> = decided.iter().copied().collect();
        let needs = |plugin: Plugin| &self.plugins[plugin].needs[values[&plugin]];
        let mut done = HashSet::new();
        // The way from the root to where we are, each with how many of its needs were looked at.
        let mut way = vec![(ROOT, 0)];
        while let Some((plugin, looked)) = way.last_mut() {
            let Some(next) = needs(*plugin).get(*looked).copied() else {
                done.insert(*plugin);
                way.pop();
                continue;
            };
            *looked += 1;
            if let Some(start) = way.iter().position(|(plugin, _)| *plugin == next) {
                return Some(way[start..].iter().map(|(plugin, _)| *plugin).collect());
            }
            if !done.contains(&next) {
                way.push((next, 0));
            }
        }
        None
    }

    /// The clause of a ring: all releases that need the next one.
    pub(crate) fn ring_terms(&self, ring: &[Plugin]) -> Vec<(Plugin, Set)> {
        let next = ring.iter().cycle().skip(1);
        let releases = |plugin: Plugin, next: Plugin| {
            let needs = self.plugins[plugin].needs.iter().enumerate();
            needs.filter(|(_, needs)| needs.contains(&next)).map(|(value, _)| value).collect()
        };
        ring.iter().zip(next).map(|(plugin, next)| (*plugin, releases(*plugin, *next))).collect()
    }
}

impl Guide for Problem<'_> {
    fn decide(&self, state: &State) -> Option<(usize, usize)> {
        let (_, open) = self.decided(state);
        let plugin = open?;
        let domain = state.domain(plugin);
        let value = self.plugins[plugin].preferred.iter().copied().find(|value| domain.contains(*value))?;
        Some((plugin, value))
    }

    fn object(&self, state: &State) -> Option<Clause> {
        let ring = self.ring(&self.decided(state).0)?;
        let terms = self.ring_terms(&ring);
        let mut facts = self.facts.borrow_mut();
        facts.push(Fact::Ring(ring));
        Some(Clause::given(facts.len() - 1, terms))
    }
}

/// Values in the order of preference: the present one, then stable, beta, alpha, deprecated ones, the highest first of each.
fn preferred(releases: &[Release], present: Option<&Version>) -> Vec<usize> {
    let mut values: Vec<usize> = (1..=releases.len()).collect();
    values.sort_by_key(|value| {
        let candidate = &releases[value - 1].candidate;
        (present != Some(&candidate.version), candidate.preference(), Reverse(*value))
    });
    values
}

/// The plugins that releases of the root speak of, those that these speak of and so on, with how many steps they are away: the
/// nearest first, by name where equally near.
fn reachable<'a>(root: &'a PluginName, registry: &'a Registry) -> Vec<(&'a PluginName, usize)> {
    let mut found = vec![(root, 0)];
    let mut seen = HashSet::from([root]);
    let mut ring = vec![root];
    for distance in 1.. {
        let mut next: Vec<&PluginName> = Vec::new();
        for plugin in ring {
            let spoken_of = registry.releases(plugin).iter().flat_map(|release| &release.dependencies);
            next.extend(spoken_of.map(|dependency| &dependency.plugin).filter(|name| seen.insert(*name)));
        }
        if next.is_empty() {
            break;
        }
        next.sort();
        found.extend(next.iter().map(|name| (*name, distance)));
        ring = next;
    }
    found
}
