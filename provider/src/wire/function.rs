//! Functions and their errors.

use std::collections::HashMap;

use hotswap_sdk::{FunctionError, Parameter, Provider, Signature};

use crate::proto::tfplugin6 as wire;

/// The signatures of a provider's functions on the wire.
pub(crate) fn functions(provider: &dyn Provider) -> HashMap<String, wire::Function> {
    provider.functions().iter().map(|(name, function)| (name.clone(), self::function(function.signature()))).collect()
}

fn function(signature: &Signature) -> wire::Function {
    wire::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(wire::function::Return { r#type: signature.result.to_json().to_string().into_bytes() }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: wire::StringKind::Markdown.into(),
        deprecation_message: String::new(),
    }
}

/// A failed call on the wire.
pub(crate) fn function_error(error: FunctionError) -> wire::FunctionError {
    wire::FunctionError { text: error.text, function_argument: error.argument }
}

fn parameter(parameter: &Parameter) -> wire::function::Parameter {
    wire::function::Parameter {
        name: parameter.name.clone(),
        r#type: parameter.ty.to_json().to_string().into_bytes(),
        allow_null_value: false,
        allow_unknown_values: false,
        description: parameter.description.clone(),
        description_kind: wire::StringKind::Markdown.into(),
    }
}
