//! `component_sha256`: the digest a version would have.

use std::sync::Arc;

use hotswap_sdk::{Function, FunctionError, Signature};
use hotswap_value::{Type, Value};

use super::{component, component_parameter};

pub(super) fn function() -> Arc<dyn Function> {
    Arc::new(ComponentSha256(Signature {
        summary: "The SHA-256 of a component".into(),
        description:
            "Gives the SHA-256 of a component's bytes as given, in hexadecimal digits, as `hotswap_plugin_version` shows it, and fails if \
                      they are no component: `component_sha256(filebase64(\"greeter.wasm\"))`."
                .into(),
        parameters: vec![component_parameter()],
        variadic: None,
        result: Type::String,
    }))
}

struct ComponentSha256(Signature);

impl Function for ComponentSha256 {
    fn signature(&self) -> &Signature {
        &self.0
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        Ok(component(arguments)?.digest.to_string().into())
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hotswap_model::Digest;

    use super::*;

    #[test]
    fn a_component_has_its_digest_and_anything_else_an_error() {
        let call = |bytes: &[u8]| function().call(&[STANDARD.encode(bytes).into()]);
        assert_eq!(call(b"(component)"), Ok(Digest::of(b"(component)").to_string().into()));
        assert!(call(b"(module)").unwrap_err().text.contains("core module"));
        assert!(function().call(&["%".into()]).unwrap_err().text.contains("base64"));
    }
}
