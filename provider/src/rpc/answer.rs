//! How every RPC answers: in a span and a task of its own, with failures and panics as diagnostics, so that one bad resource fails one
//! operation and not the process.

use std::any::Any;

use hotswap_sdk::{Diagnostic, Diagnostics, Resource, value::Value};
use tokio::task::JoinError;
use tonic::{Response, Status};
use tracing::Instrument;

use super::Answer;
use crate::{proto::tfplugin6 as wire, wire::diagnostics};

/// A response that can say what went wrong.
pub(super) trait WithDiagnostics: Send + 'static {
    fn diagnostics(&mut self) -> &mut Vec<wire::Diagnostic>;
}

macro_rules! with_diagnostics {
    ($($message:ident),*) => {$(
        impl WithDiagnostics for wire::$message::Response {
            fn diagnostics(&mut self) -> &mut Vec<wire::Diagnostic> {
                &mut self.diagnostics
            }
        }
    )*};
}

with_diagnostics!(
    get_provider_schema,
    validate_provider_config,
    validate_resource_config,
    validate_data_resource_config,
    configure_provider,
    upgrade_resource_state,
    read_resource,
    plan_resource_change,
    apply_resource_change,
    import_resource_state,
    read_data_source,
    get_metadata,
    get_functions,
    get_resource_identity_schemas,
    upgrade_resource_identity,
    move_resource_state,
    generate_resource_config,
    validate_ephemeral_resource_config,
    open_ephemeral_resource,
    renew_ephemeral_resource,
    close_ephemeral_resource,
    validate_list_resource_config
);

/// Does `work` and answers with its response; if it fails or panics, with `otherwise` and what went wrong.
///
/// The work goes on if the caller goes away: what was begun on an object is finished.
pub(super) async fn answer<T: WithDiagnostics>(
    rpc: &'static str,
    kind: &str,
    mut otherwise: T,
    work: impl Future<Output = Result<T, Diagnostics>> + Send + 'static,
) -> Answer<T> {
    let problems = match in_task(rpc, kind, work).await {
        Ok(Ok(response)) => return Ok(Response::new(response)),
        Ok(Err(problems)) => problems,
        Err(crash) => crash.diagnostic(rpc).into(),
    };
    otherwise.diagnostics().extend(diagnostics(problems));
    Ok(Response::new(otherwise))
}

/// Has what is logged from here on tell which object it is about: by its import id, if its type has an identity.
pub(super) fn about(resource: &dyn Resource, object: Option<&Value>) {
    let id = resource.identity_schema().zip(object).and_then(|(schema, object)| schema.import_id(object));
    if let Some(id) = id {
        tracing::Span::current().record("object", id);
    }
}

/// A task that came to no end.
pub(super) struct Crash(JoinError);

/// Does `work` in a span and a task of its own.
pub(super) async fn in_task<T: Send + 'static>(
    rpc: &'static str,
    kind: &str,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Crash> {
    // A span of the highest level: what is logged in it, at whatever level, has its fields.
    let span = tracing::error_span!("rpc", rpc, kind, object = tracing::field::Empty);
    let timed = async move {
        let start = std::time::Instant::now();
        let output = work.await;
        tracing::debug!(milliseconds = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX), "answered");
        output
    };
    tokio::spawn(timed.instrument(span)).await.map_err(Crash)
}

impl Crash {
    /// What to tell the user.
    pub(super) fn sentence(self, rpc: &str) -> String {
        let reason = self.0.try_into_panic().map_or_else(|_| "it was cancelled".to_owned(), |panic| panic_message(&*panic));
        format!("The provider crashed in {rpc}: {reason}. This is a bug in the provider; please report it with the output of TF_LOG=debug.")
    }

    pub(super) fn diagnostic(self, rpc: &str) -> Diagnostic {
        Diagnostic::error("Provider crashed", self.sentence(rpc))
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

/// For RPCs that never fail as such.
pub(super) fn ok<T>(response: T) -> Result<Response<T>, Status> {
    Ok(Response::new(response))
}
