//! The way to the server for commands that speak to it themselves: found as `plan` finds it, from the environment or the data folder.

use std::time::Duration;

use hotswap_api::Problem;
use hotswap_client::{Client, ClientConfig, ClientError, Explicit, credentials, endpoint};
use hotswap_lang::Diagnostic;

use crate::failure::{Failure, told};

/// How long one call may take, its retries included: as the provider's.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);

/// A client of the server that HOTSWAP_ENDPOINT names, or of the one on this machine.
pub(crate) fn connect() -> Result<Client, Failure> {
    let explicit = Explicit::default();
    let variable = |name: &str| std::env::var(name).ok();
    let endpoint = endpoint(&explicit, variable).map_err(|error| Failure::from_error("Cannot use the endpoint", &error, None))?;
    let credentials = credentials(&explicit, variable, |path| std::fs::read_to_string(path));
    let user_agent = concat!("hotswap/", env!("CARGO_PKG_VERSION")).to_owned();
    Client::new(ClientConfig { endpoint, credentials, timeout: CALL_TIMEOUT, user_agent }).map_err(|error| refused(&error))
}

/// What is told of a call that failed: what happened, every fault, and what to do.
pub(crate) fn refused(error: &ClientError) -> Failure {
    let summary = match error {
        ClientError::Problem(problem) => return problem_told(problem).into(),
        ClientError::Unreachable { .. } => "Cannot reach hotswap",
        ClientError::TimedOut { .. } => "hotswap did not answer in time",
        ClientError::TokenMissing { .. } | ClientError::TokenRefused { .. } => "No valid token",
        ClientError::Endpoint(_) | ClientError::Setup { .. } => "Cannot use the endpoint",
        ClientError::File { .. } => "Cannot read the component",
        ClientError::BadAnswer { .. } => "Unexpected answer",
    };
    Failure::from_error(summary, error, None)
}

fn problem_told(problem: &Problem) -> Diagnostic {
    let plain = Problem { hint: None, ..problem.clone() };
    Diagnostic::error(&problem.title, told(&plain, problem.hint.as_deref()))
}

#[cfg(test)]
mod tests {
    use hotswap_api::ErrorCode;
    use hotswap_model::Fault;

    use super::*;

    #[test]
    fn a_problem_is_told_with_every_fault_and_what_to_do() {
        let faults = vec![Fault { field: "tags".into(), message: "has an empty tag".into() }];
        let problem = Problem::new(ErrorCode::Invalid, "plugin \"a\" is not valid").errors(faults).hint("fix it");
        let told = problem_told(&problem);
        assert_eq!(told.summary, "The request is not valid");
        assert_eq!(told.detail, "Plugin \"a\" is not valid\n  tags: has an empty tag.\n\nFix it.");
    }
}
