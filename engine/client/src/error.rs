//! Why a call failed, as facts; the messages say what, where and what to do.

use std::path::PathBuf;
use std::time::Duration;

use hotswap_api::{ErrorCode, Problem};

use crate::endpoint::{Endpoint, EndpointError};

/// Why a call failed. Cheap to clone: reads that were put together share it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClientError {
    /// The endpoint is not usable.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The client could not be set up.
    #[error("cannot set up the client for {endpoint}: {reason}")]
    Setup {
        /// For which server.
        endpoint: Endpoint,
        /// What is wrong.
        reason: String,
    },
    /// The file that was to be sent cannot be read.
    #[error("{} cannot be read: {reason}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// There is no connection to the server.
    #[error(
        "cannot reach hotswap at {endpoint}: {reason}; start it with `hotswap serve`, or set HOTSWAP_ENDPOINT or the provider's `endpoint`"
    )]
    Unreachable {
        /// Which server.
        endpoint: Endpoint,
        /// What the system says.
        reason: String,
    },
    /// The server did not do it in time; what was asked for may have happened.
    #[error(
        "hotswap at {endpoint} did not answer {call} within {after:?}{}; see whether the server is there and what keeps it busy, then try again",
        tried(*tries, last.as_deref())
    )]
    TimedOut {
        /// Which server.
        endpoint: Endpoint,
        /// Method and path.
        call: String,
        /// How long was waited.
        after: Duration,
        /// How often it was asked.
        tries: u32,
        /// What came of the last try that ended.
        last: Option<String>,
    },
    /// The server wants a token and was given none.
    #[error(
        "hotswap at {endpoint} wants a token and none was found: {looked}; set `token`, HOTSWAP_TOKEN, or HOTSWAP_DATA_DIR to the server's data folder"
    )]
    TokenMissing {
        /// Which server.
        endpoint: Endpoint,
        /// Where it was looked for.
        looked: String,
    },
    /// The server knows no such token.
    #[error("hotswap at {endpoint} refuses the token from {origin}; compare it with admin.token in the server's data folder")]
    TokenRefused {
        /// Which server.
        endpoint: Endpoint,
        /// Where it came from.
        origin: String,
    },
    /// The server says what is wrong.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// An answer that no hotswap server gives.
    #[error("{endpoint} answered {call} with {answer}; see whether that is a hotswap server of this version")]
    BadAnswer {
        /// Which server.
        endpoint: Endpoint,
        /// Method and path.
        call: String,
        /// What came: the status and how the body begins, or what cannot be read of it.
        answer: String,
    },
}

impl ClientError {
    /// The code of the problem, if the server told one.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Problem(problem) => Some(problem.code),
            _ => None,
        }
    }

    /// Whether what was asked for is not there: a tenant, plugin, version, component, deployment, rollout or token.
    pub fn is_not_found(&self) -> bool {
        use ErrorCode::*;
        let code = self.code();
        matches!(
            code,
            Some(
                TenantNotFound
                    | PluginNotFound
                    | VersionNotFound
                    | DeploymentNotFound
                    | RolloutNotFound
                    | ComponentNotFound
                    | TokenNotFound
            )
        )
    }

    /// Whether it may be otherwise in a moment.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } => true,
            Self::Problem(problem) => matches!(problem.status, 429 | 502..=504),
            _ => false,
        }
    }

    /// What was answered, without advice.
    pub(crate) fn in_short(&self) -> String {
        match self {
            Self::Unreachable { reason, .. } => reason.clone(),
            Self::Problem(problem) => format!("{} {}", problem.status, problem.detail),
            Self::BadAnswer { answer, .. } => answer.clone(),
            Self::TimedOut { last: Some(last), .. } => last.clone(),
            Self::TimedOut { .. } => "no answer".to_owned(),
            other => other.to_string(),
        }
    }
}

fn tried(tries: u32, last: Option<&str>) -> String {
    match last {
        Some(last) => format!(", in {tries} tries; the last answer was: {last}"),
        None => String::new(),
    }
}
