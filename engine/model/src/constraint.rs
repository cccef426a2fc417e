//! Which versions will do: our own constraint language, so that its table can be published and does not move.
//!
//! | written | allows |
//! | --- | --- |
//! | `1.2.3`, `= 1.2.3` | that version alone |
//! | `!= 1.2.3` | every other one |
//! | `> 1.2`, `>= 1.2`, `< 1.2`, `<= 1.2` | by precedence; a missing part counts as 0 |
//! | `~> 1.1` | `>= 1.1.0, < 2.0.0` (Terraform's) |
//! | `~> 1.1.2` | `>= 1.1.2, < 1.2.0` |
//! | `^1.1` | `>= 1.1.0, < 2.0.0` (npm's) |
//! | `^0.2.3` | `>= 0.2.3, < 0.3.0` |
//! | `^0.0.3` | `0.0.3` alone |
//! | `*` | every release |
//! | `A, B` | what both allow |
//!
//! A pre-release is allowed only where a part of the constraint names a pre-release of the same MAJOR.MINOR.PATCH.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Version;

/// Which versions will do. Keeps the text it was read from; two constraints are equal when their texts are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Constraint(Parsed);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Parsed {
    text: String,
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Any,
    Exactly(Version),
    Not(Version),
    /// `lower <= v < upper`, each side optional and inclusive or not.
    Range {
        lower: Option<Bound>,
        upper: Option<Bound>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Bound {
    version: Version,
    inclusive: bool,
}

/// Why a text is no constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a version constraint: {problem}")]
pub struct ConstraintError {
    /// The text as given.
    pub given: String,
    /// What is wrong, and what to write instead.
    pub problem: String,
}

impl Constraint {
    /// Whether this version will do.
    pub fn matches(&self, version: &Version) -> bool {
        self.0.terms.iter().all(|term| term.matches(version)) && (!version.is_prerelease() || self.names_prerelease_of(version))
    }

    /// The version this pins, if it pins one (`1.2.3` or `= 1.2.3` and nothing else).
    pub fn exact(&self) -> Option<&Version> {
        match self.0.terms.as_slice() {
            [Term::Exactly(version)] => Some(version),
            _ => None,
        }
    }

    /// The constraint as it was written.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    fn names_prerelease_of(&self, version: &Version) -> bool {
        let core = |v: &Version| (v.inner().major, v.inner().minor, v.inner().patch);
        self.0.terms.iter().flat_map(Term::named).any(|named| named.is_prerelease() && core(named) == core(version))
    }
}

impl From<&Version> for Constraint {
    fn from(version: &Version) -> Self {
        Self(Parsed { text: version.to_string(), terms: vec![Term::Exactly(version.clone())] })
    }
}

impl Term {
    fn matches(&self, v: &Version) -> bool {
        match self {
            Term::Any => true,
            Term::Exactly(version) => v == version,
            Term::Not(version) => v != version,
            Term::Range { lower, upper } => {
                lower.as_ref().is_none_or(|b| *v > b.version || b.inclusive && *v == b.version)
                    && upper.as_ref().is_none_or(|b| *v < b.version || b.inclusive && *v == b.version)
            }
        }
    }

    fn named(&self) -> Vec<&Version> {
        match self {
            Term::Any => vec![],
            Term::Exactly(version) | Term::Not(version) => vec![version],
            Term::Range { lower, upper } => [lower, upper].into_iter().flatten().map(|bound| &bound.version).collect(),
        }
    }
}

impl FromStr for Constraint {
    type Err = ConstraintError;

    fn from_str(text: &str) -> Result<Self, ConstraintError> {
        let terms = text.split(',').map(|part| term(part.trim())).collect::<Result<_, _>>();
        let terms = terms.map_err(|problem| ConstraintError { given: text.to_owned(), problem })?;
        Ok(Self(Parsed { text: text.to_owned(), terms }))
    }
}

/// A version of which the last parts may be missing.
struct Partial {
    version: Version,
    /// How many of major, minor, patch were written.
    parts: usize,
}

fn partial(text: &str) -> Result<Partial, String> {
    let core = text.split('-').next().unwrap_or_default();
    let parts = core.split('.').count();
    let full = match parts {
        1 | 2 if core.len() < text.len() => {
            return Err(format!("{text:?} is a pre-release of no full version; write MAJOR.MINOR.PATCH-PRE"));
        }
        1 => format!("{text}.0.0"),
        2 => format!("{text}.0"),
        _ => text.to_owned(),
    };
    full.parse().map(|version| Partial { version, parts }).map_err(|error: crate::VersionError| error.to_string())
}

fn term(text: &str) -> Result<Term, String> {
    if text.is_empty() {
        return Err("it is empty between its commas; write a version, such as \"1.4.0\" or \"~> 1.4\"".into());
    }
    if text == "*" {
        return Ok(Term::Any);
    }
    let split = text.find(|c: char| !"=!<>~^".contains(c)).unwrap_or(text.len());
    let (operator, rest) = (&text[..split], partial(text[split..].trim())?);
    let at = |version: Version, inclusive| Some(Bound { version, inclusive });
    match operator {
        "" | "=" if rest.parts < 3 => Err(format!(
            "{text:?} names no full version; write \"~> {0}.0\" for a range or \"{0}.0\" for one version",
            text[split..].trim()
        )),
        "" | "=" => Ok(Term::Exactly(rest.version)),
        "!=" if rest.parts < 3 => Err(format!("{text:?} names no full version; write all of MAJOR.MINOR.PATCH")),
        "!=" => Ok(Term::Not(rest.version)),
        ">" => Ok(Term::Range { lower: at(rest.version, false), upper: None }),
        ">=" => Ok(Term::Range { lower: at(rest.version, true), upper: None }),
        "<" => Ok(Term::Range { lower: None, upper: at(rest.version, false) }),
        "<=" => Ok(Term::Range { lower: None, upper: at(rest.version, true) }),
        "~>" if rest.parts == 1 => Err(format!("{text:?} leaves everything open; write \"~> {}.0\"", text[split..].trim())),
        "~>" => {
            let v = rest.version.inner();
            let upper = if rest.parts == 2 {
                ceiling(v.major.checked_add(1), Some(0), Some(0))
            } else {
                ceiling(Some(v.major), v.minor.checked_add(1), Some(0))
            };
            Ok(Term::Range { upper: Some(upper?), lower: at(rest.version, true) })
        }
        "^" => {
            let v = rest.version.inner();
            let upper = match (v.major, v.minor, rest.parts) {
                (0, 0, 3) => ceiling(Some(0), Some(0), v.patch.checked_add(1)),
                (0, minor, 2 | 3) => ceiling(Some(0), minor.checked_add(1), Some(0)),
                (major, _, _) => ceiling(major.checked_add(1), Some(0), Some(0)),
            };
            Ok(Term::Range { upper: Some(upper?), lower: at(rest.version, true) })
        }
        other => Err(format!("{other:?} is no operator; use =, !=, >, >=, <, <=, ~> or ^")),
    }
}

fn ceiling(major: Option<u64>, minor: Option<u64>, patch: Option<u64>) -> Result<Bound, String> {
    match (major, minor, patch) {
        (Some(major), Some(minor), Some(patch)) => {
            Ok(Bound { version: Version::from_inner(semver::Version::new(major, minor, patch)), inclusive: false })
        }
        _ => Err("its numbers are too large".into()),
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl TryFrom<String> for Constraint {
    type Error = ConstraintError;

    fn try_from(text: String) -> Result<Self, ConstraintError> {
        text.parse()
    }
}

impl From<Constraint> for String {
    fn from(constraint: Constraint) -> String {
        constraint.0.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(constraint: &str, version: &str) -> bool {
        constraint.parse::<Constraint>().unwrap().matches(&version.parse().unwrap())
    }

    #[test]
    fn the_published_table_holds() {
        for (constraint, yes, no) in [
            ("1.2.3", vec!["1.2.3"], vec!["1.2.4", "1.2.3-rc.1"]),
            ("= 1.2.3", vec!["1.2.3"], vec!["1.2.2"]),
            ("!= 1.2.3", vec!["1.2.4"], vec!["1.2.3"]),
            (">= 1.2", vec!["1.2.0", "9.0.0"], vec!["1.1.9", "2.0.0-rc.1"]),
            ("> 1.2", vec!["1.2.1"], vec!["1.2.0"]),
            ("< 2", vec!["1.9.9"], vec!["2.0.0", "2.0.0-rc.1"]),
            ("<= 2.0", vec!["2.0.0"], vec!["2.0.1"]),
            ("~> 1.1", vec!["1.1.0", "1.9.0"], vec!["1.0.9", "2.0.0"]),
            ("~> 1.1.2", vec!["1.1.2", "1.1.9"], vec!["1.1.1", "1.2.0"]),
            ("^1.1", vec!["1.1.0", "1.9.0"], vec!["2.0.0", "1.0.0"]),
            ("^0.2.3", vec!["0.2.3", "0.2.9"], vec!["0.3.0", "0.2.2"]),
            ("^0.0.3", vec!["0.0.3"], vec!["0.0.4"]),
            ("^0", vec!["0.0.1", "0.9.0"], vec!["1.0.0"]),
            ("*", vec!["0.0.1", "9.9.9"], vec!["1.0.0-rc.1"]),
            (">= 1.0, < 1.5, != 1.2.0", vec!["1.1.0", "1.4.9"], vec!["1.2.0", "1.5.0"]),
            (">= 2.0.0-rc.1", vec!["2.0.0-rc.1", "2.0.0-rc.2", "2.0.0", "3.0.0"], vec!["2.1.0-rc.1", "2.0.0-beta"]),
        ] {
            yes.iter().for_each(|v| assert!(allows(constraint, v), "{constraint} should allow {v}"));
            no.iter().for_each(|v| assert!(!allows(constraint, v), "{constraint} should not allow {v}"));
        }
    }

    #[test]
    fn a_vague_or_unknown_constraint_is_refused_with_what_to_write() {
        for (text, says) in [
            ("1.2", "~> 1.2.0"),
            ("~> 1", "~> 1.0"),
            ("", "empty"),
            ("1.0.0,", "empty"),
            ("=> 1.0.0", "no operator"),
            ("latest", "not a semantic version"),
            ("^18446744073709551615", "too large"),
        ] {
            let message = text.parse::<Constraint>().unwrap_err().to_string();
            assert!(message.contains(says), "{text:?}: {message}");
        }
    }

    #[test]
    fn only_one_full_version_is_exact() {
        assert!("1.0.0".parse::<Constraint>().unwrap().exact().is_some());
        assert!("~> 1.0".parse::<Constraint>().unwrap().exact().is_none());
        assert!("1.0.0, != 1.0.1".parse::<Constraint>().unwrap().exact().is_none());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,24}") {
            let _ = text.parse::<Constraint>();
        }

        #[test]
        fn a_version_satisfies_its_own_bounds(major in 0..5_u64, minor in 0..5_u64, patch in 0..5_u64) {
            let v = format!("{major}.{minor}.{patch}");
            for operator in ["", "=", ">=", "<=", "~>", "^"] {
                prop_assert!(allows(&format!("{operator} {v}"), &v), "{operator} {v}");
            }
        }
    }
}
