//! The search itself: over variables with finite sets of values, and clauses that say which values do not go together.
//!
//! The algorithm is PubGrub's: what follows is drawn as soon as it does; a dead end is turned into a new clause that says
//! why it is one; and the search goes back to where that clause would have had a say. Clauses hold any number of terms, so a ring of
//! dependencies is a clause like any other. (The crate `pubgrub` has clauses of two plugins alone, and the MPL, which `deny.toml`
//! leaves out.) Knows neither plugins nor versions.

use std::cell::Cell;

use crate::set::Set;

/// How much may be looked at. What people publish needs a small part of it; what is made to be hard would take for ever.
#[derive(Debug)]
pub(crate) struct Budget(Cell<u64>);

impl Budget {
    /// So many looks at a clause: a million take about ten milliseconds.
    pub(crate) fn new(looks: u64) -> Self {
        Self(Cell::new(looks))
    }

    fn spend(&self) {
        self.0.set(self.0.get().saturating_sub(1));
    }

    fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}

/// Not all of its terms hold.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    /// A variable and a set it would have to be within; each variable once.
    pub(crate) terms: Vec<(usize, Set)>,
    cause: Cause,
}

#[derive(Debug, Clone)]
enum Cause {
    /// It was given, under this number.
    Given(usize),
    /// It follows from these clauses.
    Learned(Vec<usize>),
}

impl Clause {
    /// A clause that was given. `fact` is the caller's own number for it.
    pub(crate) fn given(fact: usize, terms: Vec<(usize, Set)>) -> Self {
        Self { terms, cause: Cause::Given(fact) }
    }
}

/// What steers a search.
pub(crate) trait Guide {
    /// The variable to decide now and its value; nothing if all is decided that matters. Asked again after each decision, and
    /// after going back.
    fn decide(&self, state: &State) -> Option<(usize, usize)>;

    /// Something that is wrong with a state in which all is decided.
    fn object(&self, _state: &State) -> Option<Clause> {
        None
    }
}

/// What is known during a search.
#[derive(Debug)]
pub(crate) struct State {
    domains: Vec<Set>,
}

impl State {
    /// What a variable may still be; never empty.
    pub(crate) fn domain(&self, variable: usize) -> &Set {
        &self.domains[variable]
    }
}

/// Why a search found nothing.
#[derive(Debug)]
pub(crate) enum Dead {
    /// These given clauses do not go together, by the caller's numbers for them: sorted, each once.
    End(Vec<usize>),
    /// It would have taken too long.
    TooHard,
}

struct Step {
    variable: usize,
    before: Set,
    after: Set,
    level: usize,
    /// The clause it follows from; nothing: it was decided.
    cause: Option<usize>,
}

struct Search<'a> {
    budget: &'a Budget,
    state: State,
    full: Vec<Set>,
    clauses: Vec<Clause>,
    /// By variable, the clauses that speak of it.
    about: Vec<Vec<usize>>,
    trail: Vec<Step>,
    /// By variable, its steps.
    steps: Vec<Vec<usize>>,
    level: usize,
}

/// Finds values for variables that begin with these sets, so that no clause has all of its terms hold.
///
/// Variables that the guide never decides keep what is left of their sets; the caller must know that this is of no matter.
///
/// # Errors
/// If there are none, with the clauses that rule them out; or if it would take too long.
pub(crate) fn search(domains: Vec<Set>, clauses: Vec<Clause>, guide: &impl Guide, budget: &Budget) -> Result<State, Dead> {
    let mut search = Search {
        budget,
        about: vec![Vec::new(); domains.len()],
        steps: vec![Vec::new(); domains.len()],
        full: domains.clone(),
        state: State { domains },
        clauses: Vec::with_capacity(clauses.len()),
        trail: Vec::new(),
        level: 0,
    };
    clauses.into_iter().for_each(|clause| search.add(clause));
    let given = search.clauses.len();
    let mut touched: Vec<usize> = Vec::new();
    let mut conflict = (0..given).find_map(|clause| search.apply(clause, &mut touched));
    loop {
        conflict = conflict.or_else(|| search.propagate(&mut touched));
        if budget.is_spent() {
            return Err(Dead::TooHard);
        }
        if let Some(clause) = conflict {
            touched.clear();
            conflict = search.learn(clause, &mut touched)?;
            continue;
        }
        if let Some((variable, value)) = guide.decide(&search.state) {
            search.level += 1;
            search.narrow(variable, Set::one(value), None);
            touched.push(variable);
        } else if let Some(objection) = guide.object(&search.state) {
            search.add(objection);
            conflict = Some(search.clauses.len() - 1);
        } else {
            return Ok(search.state);
        }
    }
}

/// What a clause says now.
enum Says {
    Nothing,
    /// The one term that does not hold yet must not.
    Narrow(usize),
    Conflict,
}

impl Search<'_> {
    fn add(&mut self, clause: Clause) {
        let index = self.clauses.len();
        clause.terms.iter().for_each(|(variable, _)| self.about[*variable].push(index));
        self.clauses.push(clause);
    }

    fn says(&self, clause: usize) -> Says {
        let mut open = None;
        self.budget.spend();
        for (index, (variable, set)) in self.clauses[clause].terms.iter().enumerate() {
            let domain = &self.state.domains[*variable];
            if !domain.meets(set) {
                return Says::Nothing;
            }
            if !domain.is_within(set) && open.replace(index).is_some() {
                return Says::Nothing;
            }
        }
        open.map_or(Says::Conflict, Says::Narrow)
    }

    /// Draws what follows from one clause. Gives it back if nothing is left of it.
    fn apply(&mut self, clause: usize, touched: &mut Vec<usize>) -> Option<usize> {
        match self.says(clause) {
            Says::Nothing => None,
            Says::Conflict => Some(clause),
            Says::Narrow(term) => {
                let (variable, set) = &self.clauses[clause].terms[term];
                let (variable, after) = (*variable, self.state.domains[*variable].without(set));
                self.narrow(variable, after, Some(clause));
                touched.push(variable);
                None
            }
        }
    }

    /// Draws all that follows from what was touched. Gives the clause that has all of its terms hold, if one has.
    fn propagate(&mut self, touched: &mut Vec<usize>) -> Option<usize> {
        while let Some(variable) = touched.pop().filter(|_| !self.budget.is_spent()) {
            // The newest first: what was learned says more.
            for index in (0..self.about[variable].len()).rev() {
                let clause = self.about[variable][index];
                if let Some(conflict) = self.apply(clause, touched) {
                    return Some(conflict);
                }
            }
        }
        None
    }

    fn narrow(&mut self, variable: usize, after: Set, cause: Option<usize>) {
        let before = std::mem::replace(&mut self.state.domains[variable], after.clone());
        self.steps[variable].push(self.trail.len());
        self.trail.push(Step { variable, before, after, level: self.level, cause });
    }

    /// The step since which a term holds. A term that always held is none.
    fn since(&self, variable: usize, set: &Set) -> usize {
        let steps = &self.steps[variable];
        steps[steps.partition_point(|step| !self.trail[*step].after.is_within(set))]
    }

    /// Learns why there is a conflict and goes back to where that matters.
    fn learn(&mut self, conflict: usize, touched: &mut Vec<usize>) -> Result<Option<usize>, Dead> {
        let mut terms = self.clauses[conflict].terms.clone();
        let mut parents = vec![conflict];
        loop {
            terms.retain(|(variable, set)| !self.full[*variable].is_within(set));
            let since: Vec<usize> = terms.iter().map(|(variable, set)| self.since(*variable, set)).collect();
            let Some((last, step)) = since.iter().enumerate().max_by_key(|(_, step)| **step).map(|(term, step)| (term, &self.trail[*step]))
            else {
                return Err(Dead::End(self.facts(parents)));
            };
            let back =
                since.iter().enumerate().filter(|(term, _)| *term != last).map(|(_, step)| self.trail[*step].level).max().unwrap_or(0);
            let cause = match step.cause {
                Some(cause) if step.level == 0 || back == step.level => cause,
                // All but the last held at an earlier level, where the clause would have had a say.
                _ => {
                    self.add(Clause { terms, cause: Cause::Learned(parents) });
                    self.go_back(back);
                    return Ok(self.apply(self.clauses.len() - 1, touched));
                }
            };
            let (variable, set) = terms.remove(last);
            for (other, cut) in &self.clauses[cause].terms {
                match terms.iter_mut().find(|(known, _)| known == other) {
                    _ if *other == variable => terms.push((variable, set.union(cut))),
                    Some((_, known)) => *known = known.intersection(cut),
                    None => terms.push((*other, cut.clone())),
                }
            }
            parents.push(cause);
        }
    }

    fn go_back(&mut self, level: usize) {
        while self.trail.last().is_some_and(|step| step.level > level) {
            if let Some(step) = self.trail.pop() {
                self.steps[step.variable].pop();
                self.state.domains[step.variable] = step.before;
            }
        }
        self.level = level;
    }

    /// The given clauses that these follow from.
    fn facts(&self, mut open: Vec<usize>) -> Vec<usize> {
        let mut seen = vec![false; self.clauses.len()];
        let mut facts = Vec::new();
        while let Some(clause) = open.pop() {
            if std::mem::replace(&mut seen[clause], true) {
                continue;
            }
            match &self.clauses[clause].cause {
                Cause::Given(fact) => facts.push(*fact),
                Cause::Learned(parents) => open.extend(parents),
            }
        }
        facts.sort_unstable();
        facts.dedup();
        facts
    }
}
