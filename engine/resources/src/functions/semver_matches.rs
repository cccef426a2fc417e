//! `semver_matches`: whether a version satisfies a constraint.

use std::sync::Arc;

use hotswap_sdk::{Function, FunctionError, Parameter, Signature};
use hotswap_value::{Type, Value};

use super::{constraint, version};

pub(super) fn function() -> Arc<dyn Function> {
    Arc::new(SemverMatches(Signature {
        summary: "Whether a version satisfies a constraint".into(),
        description:
            "Tells whether a version satisfies a constraint, by the rules a deployment's `version` follows: `semver_matches(\"~> 1.1\", \
                      \"1.4.0\")` is `true`. A pre-release satisfies only a constraint that names one of the same MAJOR.MINOR.PATCH."
                .into(),
        parameters: vec![
            Parameter::new("constraint", Type::String, "The constraint, such as `~> 1.1` or `>= 1.0, < 1.5`."),
            Parameter::new("version", Type::String, "The version, such as `1.4.0`."),
        ],
        variadic: None,
        result: Type::Bool,
    }))
}

struct SemverMatches(Signature);

impl Function for SemverMatches {
    fn signature(&self) -> &Signature {
        &self.0
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        Ok(constraint(0, arguments.first())?.matches(&version(1, arguments.get(1))?).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_matches_or_not_and_nonsense_is_told_on_its_argument() {
        let call = |constraint: &str, version: &str| function().call(&[constraint.into(), version.into()]);
        assert_eq!(call("~> 1.1", "1.4.0"), Ok(true.into()));
        assert_eq!(call("~> 1.1", "2.0.0"), Ok(false.into()));
        let error = call("~> 1.1", "latest").unwrap_err();
        assert!(error.argument == Some(1) && error.text.contains("not a semantic version"), "{error:?}");
        assert_eq!(call("=> 1", "1.0.0").unwrap_err().argument, Some(0));
    }
}
