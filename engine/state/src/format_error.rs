//! Why bytes are not a state this program can use.

/// Why bytes are not a state this program can use. Which file they are from is the caller's to say.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// Not JSON, or not any more.
    #[error("it is not well-formed JSON (line {line}, column {column})")]
    Corrupt {
        /// The line where reading stopped, from 1.
        line: usize,
        /// The column there, from 1, in bytes.
        column: usize,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// The JSON stops in the middle.
    #[error("it breaks off after {size} bytes")]
    Truncated {
        /// How many bytes there are.
        size: usize,
    },
    /// JSON, but nothing a state would look like.
    #[error("it is no state: {problem}")]
    NotAState {
        /// What is missing.
        problem: String,
    },
    /// An older format.
    #[error("it has the state format {version}, which this program does not read")]
    TooOld {
        /// The format's version.
        version: u64,
    },
    /// A newer format.
    #[error("it has the state format {version}{}, newer than 4", by.as_ref().map(|by| format!(" (written by Terraform {by})")).unwrap_or_default())]
    TooNew {
        /// The format's version.
        version: u64,
        /// The Terraform that wrote it, if it says so.
        by: Option<String>,
    },
    /// Well-formed, but a part is not what it should be.
    #[error("{place}: {problem}")]
    Invalid {
        /// The part: an address, the name of an output.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// One object is there twice.
    #[error("{address}{} is in it twice", deposed.as_ref().map(|key| format!(" (deposed object {key})")).unwrap_or_default())]
    Duplicate {
        /// Which.
        address: String,
        /// The key of the deposed object, if it is one.
        deposed: Option<String>,
    },
}

impl FormatError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::TooOld { .. } => Some("run `terraform apply -refresh-only` with Terraform 1.x once; it rewrites the state in format 4"),
            Self::TooNew { .. } => Some("use a newer hotswap, or the program that wrote the state"),
            Self::NotAState { .. } => Some("check the path given by -state"),
            Self::Duplicate { .. } => Some("remove one of the two from the file, after making a copy of it"),
            Self::Corrupt { .. } | Self::Truncated { .. } | Self::Invalid { .. } => None,
        }
    }
}
