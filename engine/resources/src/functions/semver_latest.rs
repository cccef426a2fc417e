//! `semver_latest`: the highest version that satisfies a constraint.

use std::sync::Arc;

use hotswap_sdk::{Function, FunctionError, Parameter, Signature};
use hotswap_value::{Type, Value};

use super::{constraint, version};

pub(super) fn function() -> Arc<dyn Function> {
    Arc::new(SemverLatest(Signature {
        summary: "The highest version that satisfies a constraint".into(),
        description: "Gives the highest of some versions that satisfies a constraint, by the rules a deployment's `version` follows: \
                      `semver_latest([\"1.0.0\", \"1.4.0\", \"2.0.0\"], \"~> 1.1\")` is `\"1.4.0\"`. Null if none does. The order is that of semantic \
                      versions: `1.10.0` is higher than `1.9.0`."
            .into(),
        parameters: vec![
            Parameter::new("versions", Type::list(Type::String), "The versions, in any order."),
            Parameter::new("constraint", Type::String, "The constraint, such as `~> 1.1`; `*` allows every release."),
        ],
        variadic: None,
        result: Type::String,
    }))
}

struct SemverLatest(Signature);

impl Function for SemverLatest {
    fn signature(&self) -> &Signature {
        &self.0
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let versions = arguments.first().and_then(Value::as_elements).unwrap_or_default();
        let versions = versions.iter().map(|element| version(0, Some(element))).collect::<Result<Vec<_>, _>>()?;
        let constraint = constraint(1, arguments.get(1))?;
        Ok(versions.into_iter().filter(|version| constraint.matches(version)).max().map(|version| version.to_string()).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_by_precedence_is_given_or_null() {
        let call = |constraint: &str| function().call(&[Value::list(["1.9.0", "1.10.0", "2.0.0-rc.1"]), constraint.into()]).unwrap();
        assert_eq!(call("~> 1.1"), "1.10.0".into());
        assert_eq!(call("*"), "1.10.0".into());
        assert_eq!(call(">= 3.0"), Value::Null);
    }
}
