//! CallFunction: the one RPC that fails without diagnostics.

use std::sync::Arc;

use hotswap_sdk::{FunctionError, Provider, value::Value};

use super::{
    Answer,
    answer::{in_task, ok},
};
use crate::{
    proto::tfplugin6::{
        DynamicValue,
        call_function::{Request, Response},
    },
    wire,
};

pub(super) async fn call_function(provider: Arc<dyn Provider>, request: Request) -> Answer<Response> {
    let name = request.name.clone();
    let outcome = in_task("CallFunction", &name, async move { call(provider.as_ref(), &request) }).await;
    let outcome = outcome.unwrap_or_else(|crash| Err(FunctionError::new(crash.sentence("CallFunction"))));
    ok(match outcome {
        Ok(result) => Response { result: Some(result), error: None },
        Err(error) => Response { result: None, error: Some(wire::function_error(error)) },
    })
}

fn call(provider: &dyn Provider, request: &Request) -> Result<DynamicValue, FunctionError> {
    let functions = provider.functions();
    let function = functions.get(&request.name);
    let function =
        function.ok_or_else(|| FunctionError::new(format!("This version of the provider has no function {:?}.", request.name)))?;
    let signature = function.signature();
    let (given, fixed) = (request.arguments.len(), signature.parameters.len());
    if given < fixed || (given > fixed && signature.variadic.is_none()) {
        return Err(FunctionError::new(format!("The function takes {fixed} arguments, not {given}.")));
    }
    let parameters = signature.parameters.iter().chain(std::iter::repeat_with(|| &signature.variadic).flatten());
    let arguments = request.arguments.iter().zip(parameters).enumerate().map(|(index, (argument, parameter))| {
        wire::decode(Some(argument), &parameter.ty).map_err(|problems| {
            let text = problems.into_iter().map(|problem| problem.detail).collect::<Vec<_>>().join(" ");
            FunctionError::argument(i64::try_from(index).unwrap_or(i64::MAX), text)
        })
    });
    let arguments: Vec<Value> = arguments.collect::<Result<_, _>>()?;
    let result = function.call(&arguments)?;
    wire::encode(&result, &signature.result)
        .map_err(|error| FunctionError::new(format!("The function's result is not of its type: {error}. This is a bug in the provider.")))
}
