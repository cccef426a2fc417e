//! Where in a value something is: the path diagnostics and replacements point at.

use std::fmt;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute of an object.
    Attribute(String),
    /// A key of a map.
    Key(String),
    /// An index of a list or tuple.
    Index(usize),
}

/// A path from the root of a value. Elements of a set can't be named: a path into a set ends at the set.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributePath {
    steps: Vec<Step>,
}

impl AttributePath {
    /// The value as a whole.
    pub fn root() -> Self {
        Self::default()
    }

    /// Whether this is the value as a whole.
    pub fn is_root(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// This path and one attribute deeper.
    pub fn attribute(&self, name: impl Into<String>) -> Self {
        self.with(Step::Attribute(name.into()))
    }

    /// This path and one map key deeper.
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(Step::Key(key.into()))
    }

    /// This path and one list index deeper.
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// This path and one step deeper.
    pub fn with(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { steps }
    }
}

/// The path of a top-level attribute.
impl From<&str> for AttributePath {
    fn from(name: &str) -> Self {
        Self::root().attribute(name)
    }
}

impl FromIterator<Step> for AttributePath {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self { steps: steps.into_iter().collect() }
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.steps.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_one_would_write_it() {
        let path = AttributePath::from("rules").index(2).attribute("labels").key("a.b");
        assert_eq!(path.to_string(), r#"rules[2].labels["a.b"]"#);
        assert_eq!(AttributePath::root().to_string(), "");
    }
}
