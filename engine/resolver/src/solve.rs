//! A whole solution: the version that was asked for and one of every plugin it needs.

use std::collections::BTreeSet;
use std::fmt;

use hotswap_model::{DependencyKind, Need, PluginName, Solved, Version};

use crate::conflict::Conflict;
use crate::problem::{Problem, ROOT};
use crate::search::{Budget, Dead, State, search};
use crate::{Candidate, Choice, NoVersion, Question, Registry, Warning, choose, explain};

/// What a solution may take.
const LOOKS: u64 = 30_000_000;

/// The versions one deployment gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// The version of what was asked for.
    pub version: Version,
    /// What it needs and what that needs, by name, and why each is there.
    pub dependencies: Vec<Solved>,
    /// What people should know.
    pub warnings: Vec<SolutionWarning>,
}

/// What people should know of a solution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SolutionWarning {
    /// The dependency it is about; none: the plugin that was asked for.
    pub dependency: Option<PluginName>,
    /// What is to be known of its version.
    pub warning: Warning,
}

impl fmt::Display for SolutionWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.dependency {
            Some(plugin) => write!(f, "{plugin} {}", self.warning),
            None => self.warning.fmt(f),
        }
    }
}

/// Why there is no solution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsolved {
    /// No version of what was asked for will do, whatever it needs.
    #[error(transparent)]
    NoVersion(#[from] NoVersion),
    /// What is needed does not go together.
    #[error(transparent)]
    Conflict(Box<Conflict>),
    /// There may be one, but looking for it would take too long.
    #[error("whether {plugin} {constraint} can be had was not found out in reasonable time: too many versions exclude each other")]
    TooHard {
        /// Which plugin was asked for.
        plugin: PluginName,
        /// Which versions of it.
        constraint: String,
    },
}

impl Unsolved {
    /// What would help, if that can be told.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoVersion(error) => error.hint().map(str::to_owned),
            Self::Conflict(conflict) => conflict.hint(),
            Self::TooHard { .. } => Some("pin the version of what is asked for, or of some dependencies".to_owned()),
        }
    }
}

/// Chooses the versions a deployment gets.
///
/// Plugins are decided one after the other: first the one that is asked for, then those it needs by name, then those that these need
/// by name, and so on. Each gets, of the versions with which the rest can be solved, the one to be had most: the present one,
/// whatever became of it since; then the highest stable one, the highest beta, alpha, deprecated one. The last three with a
/// warning. Archived, retired and held ones are not chosen anew, as in [`choose`].
///
/// - A *required* dependency has to be there, in a version that fits.
/// - An *optional* or a *conflicting* one only counts for plugins that are there because others require them, or that run in the same
///   place.
/// - A plugin that runs in the same place is had in a version that runs. What else runs there is no concern of this.
/// - Plugins that require each other in a ring are no solution.
///
/// A question about a plugin without dependencies gets what [`choose`] gives. The order of plugins, releases, dependencies, pins and
/// what runs does not matter.
///
/// # Errors
/// [`Unsolved`] if there is no solution.
pub fn solve(question: &Question, registry: &Registry) -> Result<Solution, Unsolved> {
    let releases = registry.releases(&question.plugin);
    let candidates: Vec<Candidate> = releases.iter().map(|release| release.candidate.clone()).collect();
    let alone = choose(&question.plugin, &question.constraint, &candidates, question.present.get(&question.plugin))?;
    if releases.iter().all(|release| release.dependencies.is_empty()) {
        let Choice { version, warnings } = alone;
        let warnings = warnings.into_iter().map(|warning| SolutionWarning { dependency: None, warning }).collect();
        return Ok(Solution { version, dependencies: Vec::new(), warnings });
    }
    let problem = Problem::new(question, registry);
    match search(problem.domains(), problem.clauses.clone(), &problem, &Budget::new(LOOKS)) {
        Ok(state) => Ok(solution(&problem, &state)),
        Err(Dead::End(facts)) => Err(Unsolved::Conflict(Box::new(explain::conflict(&problem, &facts)))),
        Err(Dead::TooHard) => Err(Unsolved::TooHard { plugin: question.plugin.clone(), constraint: question.constraint.to_string() }),
    }
}

fn solution(problem: &Problem<'_>, state: &State) -> Solution {
    let question = problem.question;
    let (decided, _) = problem.decided(state);
    let mut solution =
        Solution { version: problem.plugins[ROOT].version(decided[0].1).clone(), dependencies: Vec::new(), warnings: Vec::new() };
    for &(plugin, value) in &decided {
        let variable = &problem.plugins[plugin];
        let candidate = &variable.release(value).candidate;
        let is_root = plugin == ROOT;
        let exactly = |constraint: &hotswap_model::Constraint| constraint.exact().is_some();
        let named = if is_root {
            exactly(&question.constraint)
        } else {
            question.pins.iter().any(|pin| pin.plugin == *variable.name && exactly(&pin.constraint))
        };
        let stays = question.present.get(variable.name) == Some(&candidate.version) && !(is_root && candidate.held);
        let warning = if stays { candidate.warning_if_present() } else { candidate.warning_if_chosen(named) };
        let dependency = (!is_root).then(|| variable.name.clone());
        solution.warnings.extend(warning.map(|warning| SolutionWarning { dependency, warning }));
        if !is_root {
            let needed_by: BTreeSet<usize> = decided
                .iter()
                .enumerate()
                .filter(|(_, (by, value))| problem.plugins[*by].needs[*value].contains(&plugin))
                .map(|(index, _)| index)
                .collect();
            let mut needed_by: Vec<Need> = needed_by.into_iter().filter_map(|index| need(problem, decided[index], variable.name)).collect();
            needed_by.sort_by(|a, b| a.plugin.cmp(&b.plugin));
            solution.dependencies.push(Solved { plugin: variable.name.clone(), version: candidate.version.clone(), needed_by });
        }
    }
    solution.dependencies.sort_by(|a, b| a.plugin.cmp(&b.plugin));
    solution
}

/// What one plugin says of another that it needs.
fn need(problem: &Problem<'_>, (by, value): (usize, usize), target: &PluginName) -> Option<Need> {
    let variable = &problem.plugins[by];
    let release = variable.release(value);
    let says =
        release.dependencies.iter().find(|dependency| dependency.plugin == *target && dependency.kind == DependencyKind::Required)?;
    Some(Need { plugin: variable.name.clone(), version: release.candidate.version.clone(), constraint: says.version.clone() })
}
