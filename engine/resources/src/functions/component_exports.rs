//! `component_exports`: what a component offers.

use std::sync::Arc;

use hotswap_sdk::{Function, FunctionError, Signature};
use hotswap_value::{Type, Value};

use super::{component, component_parameter};

pub(super) fn function() -> Arc<dyn Function> {
    Arc::new(ComponentExports(Signature {
        summary: "The interfaces a component exports".into(),
        description:
            "Gives the interfaces a component offers, sorted, as `hotswap_plugin_version` shows them, and fails if the content is no \
                      component: `component_exports(filebase64(\"greeter.wasm\"))`."
                .into(),
        parameters: vec![component_parameter()],
        variadic: None,
        result: Type::list(Type::String),
    }))
}

struct ComponentExports(Signature);

impl Function for ComponentExports {
    fn signature(&self) -> &Signature {
        &self.0
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        Ok(Value::list(component(arguments)?.exports.iter().map(String::as_str)))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn a_component_has_its_exports_and_anything_else_an_error() {
        let call = |text: &str| function().call(&[STANDARD.encode(text).into()]);
        assert_eq!(call("(component)"), Ok(Value::list::<&str>([])));
        let offering = r#"(component (instance $i) (export "b:c/d@1.0.0" (instance $i)) (export "a:b/c@0.2.0" (instance $i)))"#;
        assert_eq!(call(offering), Ok(Value::list(["a:b/c@0.2.0", "b:c/d@1.0.0"])));
        assert!(call("(module)").unwrap_err().text.contains("core module"));
    }
}
