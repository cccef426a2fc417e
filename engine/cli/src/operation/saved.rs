//! Plans in files: saved by `plan -out`, shown by `show FILE`, carried out by `apply FILE`.

use std::path::Path;

use hotswap_lang::config::{Config, load};
use hotswap_lang::{Diagnostic, Diagnostics};
use hotswap_plan::Plan;
use hotswap_plan::file::{self, PlanFileError, Saved, check_fresh};

use super::carry_out;
use super::prepare::{Prepared, open};
use super::variables::{Variables, given_again};
use crate::exit::Exit;
use crate::failure::{Failure, told};
use crate::options::BasisOptions;
use crate::providers;
use crate::view::View;

impl Prepared {
    /// Saves a plan with everything that is needed to carry it out.
    pub(crate) fn save(&self, plan: &Plan, path: &Path) -> Result<(), Failure> {
        file::write(path, plan, &self.config).map_err(|error| failure("Plan cannot be saved", &error))
    }
}

/// A plan that was saved, and the configuration it was made from.
pub(crate) fn read_saved(path: &Path) -> Result<(Plan, Config), Failure> {
    let Saved { plan, files } = file::read(path).map_err(|error| failure("Plan cannot be used", &error))?;
    let loaded = load(&files, Path::new("."));
    if loaded.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure { diagnostics: loaded.diagnostics, sources: loaded.config.sources });
    }
    Ok((plan, loaded.config))
}

/// Carries out a plan that was saved, if the state is still what it was made from.
pub(crate) async fn apply_saved(path: &Path, basis: &BasisOptions, parallelism: u16, view: &View) -> Result<Exit, Failure> {
    let (mut plan, mut config) = read_saved(path)?;
    let mut warnings = Diagnostics::new();
    let Variables { values, diagnostics } = given_again(&mut config, &plan, &basis.variables);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure { diagnostics, sources: config.sources });
    }
    plan.variables.extend(values);
    let providers = providers::providers();
    let (local, state) = open(&config, &plan.variables, &providers, basis, "apply", &mut warnings, view).await?;
    view.diagnostics(&warnings, &config.sources);
    check_fresh(&plan, &state)
        .map_err(|stale| Failure::from_error("Saved plan is stale", &stale, Some("plan again, and apply that plan")))?;
    if plan.errored {
        return Err(Diagnostic::error("Plan is not to be applied", "There were errors when it was made.").into());
    }
    let prepared = Prepared { config, given: Default::default(), providers, local, state, warnings: Diagnostics::new() };
    carry_out(&plan, prepared, parallelism, view).await
}

fn failure(summary: &str, error: &PlanFileError) -> Failure {
    Diagnostic::error(summary, told(error, error.hint())).into()
}
