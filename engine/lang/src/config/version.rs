//! Terraform's version constraints: `>= 1.2, < 2.0`, `~> 1.1`.

use semver::Version;

/// The version of the language this engine speaks: that of the Terraform it is compared with.
pub const LANGUAGE_VERSION: Version = Version::new(1, 11, 4);

/// Conditions that a version must meet, all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionConstraint(Vec<Condition>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    op: Op,
    version: Version,
    /// How many numbers were written.
    numbers: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Pessimistic,
}

/// The text is no version constraint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{part:?} is no version constraint; one is an operator (=, !=, >, >=, <, <=, ~>) and a version such as 1.2.0, and several are separated by commas"
)]
pub struct VersionConstraintError {
    /// The part that was not understood.
    pub part: String,
}

impl std::str::FromStr for VersionConstraint {
    type Err = VersionConstraintError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',')
            .map(|part| condition(part.trim()).ok_or_else(|| VersionConstraintError { part: part.trim().to_owned() }))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn condition(text: &str) -> Option<Condition> {
    const OPERATORS: [(&str, Op); 7] = [
        ("~>", Op::Pessimistic),
        ("!=", Op::NotEqual),
        (">=", Op::GreaterOrEqual),
        ("<=", Op::LessOrEqual),
        ("=", Op::Equal),
        (">", Op::Greater),
        ("<", Op::Less),
    ];
    let (op, rest) = OPERATORS.iter().find_map(|(sign, op)| Some((*op, text.strip_prefix(sign)?))).unwrap_or((Op::Equal, text));
    let rest = rest.trim();
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    let (core, suffix) = rest.split_at(rest.find(['-', '+']).unwrap_or(rest.len()));
    let numbers: Vec<u64> = core.split('.').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    if numbers.len() > 3 {
        return None;
    }
    let at = |index: usize| numbers.get(index).copied().unwrap_or(0);
    let version = Version::parse(&format!("{}.{}.{}{suffix}", at(0), at(1), at(2))).ok()?;
    Some(Condition { op, version, numbers: numbers.len() })
}

impl VersionConstraint {
    /// Whether a version meets it. A pre-release does only where a condition names a pre-release of the same version.
    pub fn allows(&self, version: &Version) -> bool {
        self.0.iter().all(|condition| condition.allows(version))
    }
}

impl Condition {
    fn allows(&self, version: &Version) -> bool {
        let bound = &self.version;
        let core = |version: &Version| (version.major, version.minor, version.patch);
        if !version.pre.is_empty() && !matches!(self.op, Op::NotEqual) && (bound.pre.is_empty() || core(bound) != core(version)) {
            return false;
        }
        let order = version.cmp_precedence(bound);
        match self.op {
            Op::Equal => order.is_eq(),
            Op::NotEqual => order.is_ne(),
            Op::Greater => order.is_gt(),
            Op::GreaterOrEqual => order.is_ge(),
            Op::Less => order.is_lt(),
            Op::LessOrEqual => order.is_le(),
            Op::Pessimistic => {
                order.is_ge() && (self.numbers < 2 || version.major == bound.major) && (self.numbers < 3 || version.minor == bound.minor)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_mean_what_they_mean_in_terraform() {
        let allows = |constraint: &str, version: &str| constraint.parse::<VersionConstraint>().unwrap().allows(&version.parse().unwrap());
        for (constraint, yes, no) in [
            (">= 1.11", "1.11.4", "1.10.9"),
            ("~> 1.1", "1.9.0", "2.0.0"),
            ("~> 1.1.2", "1.1.9", "1.2.0"),
            ("1.0", "1.0.0", "1.0.1"),
            ("!= 1.0.0", "1.0.1", "1.0.0"),
            (" >1.0 , < v2", "1.5.0", "2.0.0"),
            (">= 1.0.0-beta", "1.0.0-rc", "1.1.0-rc"),
            (">= 1.0", "1.0.0", "1.1.0-rc"),
        ] {
            assert!(allows(constraint, yes), "{constraint} {yes}");
            assert!(!allows(constraint, no), "{constraint} {no}");
        }
        for text in ["", "x", ">> 1", "1.2.3.4", "~> ", "1.x", "^1.0"] {
            assert!(text.parse::<VersionConstraint>().is_err(), "{text}");
        }
    }
}
