//! What went wrong, told on the attribute it is about: from the client's errors, the server's problems and the model's faults.

use std::fmt::Display;

use hotswap_api::{ErrorCode, Problem};
use hotswap_client::ClientError;
use hotswap_model::Fault;
use hotswap_sdk::{Diagnostic, Diagnostics};
use hotswap_value::{AttributePath, Step, Value};

/// A sentence of an error's message, which has neither a capital nor a full stop.
pub(crate) fn sentence(text: impl Display) -> String {
    let text = text.to_string();
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return text };
    let end = if text.ends_with(['.', '!', '?', '\n']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), characters.as_str())
}

/// The path of a field as the model names it: `strategy.canary.steps[1].weight`, `dependency_overrides["auth"]`.
pub(crate) fn path(field: &str) -> AttributePath {
    let steps = field.split('.').flat_map(|part| {
        let mut pieces = part.split('[');
        let name = pieces.next().unwrap_or_default();
        let indices = pieces.filter_map(|index| {
            let index = index.trim_end_matches(']');
            let key = index.strip_prefix('"').and_then(|key| key.strip_suffix('"'));
            key.map(|key| Step::Key(key.to_owned())).or_else(|| index.parse().ok().map(Step::Index))
        });
        std::iter::once(Step::Attribute(name.to_owned())).chain(indices.collect::<Vec<_>>())
    });
    steps.collect()
}

/// A fault as an error on its field.
pub(crate) fn fault(fault: &Fault) -> Diagnostic {
    Diagnostic::error("Invalid attribute value", format!("Attribute {} {}", fault.field, lower_sentence(&fault.message)))
        .at(path(&fault.field))
}

/// The message behind "Attribute x": with its full stop.
fn lower_sentence(message: &str) -> String {
    if message.ends_with('.') { message.to_owned() } else { format!("{message}.") }
}

/// The faults of a configuration. What is not wholly known yet may turn out well: it is passed over.
pub(crate) fn faults<'a>(config: &Value, faults: impl IntoIterator<Item = &'a Fault>) -> Diagnostics {
    let known = |fault: &&Fault| match path(&fault.field).steps() {
        [Step::Attribute(name), ..] => config.get(name).is_wholly_known(),
        _ => true,
    };
    faults.into_iter().filter(known).map(fault).collect()
}

/// Why a call failed.
pub(crate) fn client_error(error: &ClientError) -> Diagnostics {
    match error {
        ClientError::Problem(problem) => self::problem(problem),
        ClientError::Unreachable { .. } => Diagnostic::error("Cannot reach hotswap", sentence(error)).into(),
        ClientError::TimedOut { .. } => Diagnostic::error("hotswap did not answer in time", sentence(error)).into(),
        ClientError::TokenMissing { .. } | ClientError::TokenRefused { .. } => Diagnostic::error("No valid token", sentence(error)).into(),
        ClientError::Endpoint(_) | ClientError::Setup { .. } => Diagnostic::error("Cannot use the endpoint", sentence(error)).into(),
        ClientError::File { .. } => Diagnostic::error("Cannot read the component", sentence(error)).at("source").into(),
        ClientError::BadAnswer { .. } => Diagnostic::error("Unexpected answer", sentence(error)).into(),
    }
}

/// A problem the server told, on the attribute it is about.
fn problem(problem: &Problem) -> Diagnostics {
    if !problem.errors.is_empty() {
        return problem.errors.iter().map(fault).collect();
    }
    let detail = match &problem.hint {
        Some(hint) => format!("{}\n\n{}", sentence(&problem.detail), sentence(hint)),
        None => sentence(&problem.detail),
    };
    let diagnostic = Diagnostic::error(&problem.title, detail);
    match attribute(problem.code) {
        Some(name) => diagnostic.at(name).into(),
        None => diagnostic.into(),
    }
}

/// The attribute a problem is about, where that is the same for every type that has it.
fn attribute(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::TenantNotFound | ErrorCode::TenantSuspended => "tenant",
        ErrorCode::PluginNotFound | ErrorCode::CategoryNotAllowed => "plugin",
        ErrorCode::NameTaken => "name",
        ErrorCode::TokenTaken => "value",
        ErrorCode::SecretsMissing => "secrets",
        ErrorCode::ChannelNotReachable => "channel",
        ErrorCode::VersionConflict
        | ErrorCode::NoMatchingVersion
        | ErrorCode::DependencyConflict
        | ErrorCode::DependencyMissing
        | ErrorCode::ImportNotGranted => "version",
        ErrorCode::DigestMismatch | ErrorCode::ComponentInvalid | ErrorCode::ComponentNoHandler | ErrorCode::TooLarge => "source",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_the_model_becomes_a_path() {
        for field in ["name", "rate_limits.burst", "strategy.canary.steps[1].weight", "dependency_overrides[\"auth\"]"] {
            assert_eq!(path(field).to_string(), field);
        }
    }

    #[test]
    fn a_problem_is_told_where_it_is_with_what_to_do() {
        let problem = Problem::new(ErrorCode::NameTaken, "there is a tenant \"acme\"").hint("choose another name");
        let told = client_error(&ClientError::Problem(Box::new(problem)));
        let [told] = &told.into_iter().collect::<Vec<_>>()[..] else { panic!("one problem is one message") };
        assert_eq!(told.attribute, Some("name".into()));
        assert_eq!(told.detail, "There is a tenant \"acme\".\n\nChoose another name.");
    }

    #[test]
    fn a_fault_that_what_is_unknown_may_still_mend_is_passed_over() {
        let config = Value::object([("strategy", Value::Unknown), ("instances", 0.into())]);
        let all = ["strategy.canary.steps[0].weight", "instances"].map(|field| Fault { field: field.into(), message: "is bad".into() });
        let told: Vec<_> = faults(&config, &all).into_iter().map(|told| told.detail).collect();
        assert_eq!(told, ["Attribute instances is bad."]);
    }
}
