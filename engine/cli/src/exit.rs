//! How a command ends.

use std::process::ExitCode;

/// How a command ends, in Terraform's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// As it should.
    Success,
    /// With an error that was told.
    Failure,
    /// `plan -detailed-exitcode`: there are changes.
    Changes,
    /// `fmt -check`: files are not as `fmt` writes them.
    Unformatted,
    /// As another program ended.
    Code(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Success => Self::SUCCESS,
            Exit::Failure => Self::FAILURE,
            Exit::Changes => Self::from(2),
            Exit::Unformatted => Self::from(3),
            Exit::Code(code) => Self::from(code),
        }
    }
}
