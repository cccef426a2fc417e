//! What publishing or changing a version will come to. Reads the file and asks the server what it knows; changes nothing.

use hotswap_api::PluginVersion as Published;
use hotswap_client::ClientError;
use hotswap_component::ComponentInfo;
use hotswap_model::{Channel, Digest, PluginName, Version};
use hotswap_sdk::{Diagnostic, Diagnostics, PlanRequest, PlanResponse};
use hotswap_value::Value;

use super::{LoadError, MEANINGS, PluginVersion, channel, load};
use crate::diagnose::client_error;
use crate::meaning::keep;
use crate::object::Object;

impl PluginVersion {
    pub(super) async fn plan_version(&self, mut request: PlanRequest) -> PlanResponse {
        if let Some(prior) = &request.prior {
            request.proposed = keep(MEANINGS, prior, request.proposed);
        }
        let file = match request.proposed.get("source").as_str() {
            Some(source) => File::of(load(source).await),
            None => File::Unknown,
        };
        // Another number is another version: this plan only tells that it takes a new one, which is planned as such.
        match request.prior.take() {
            Some(prior) if ["plugin", "version"].iter().any(|name| prior.get(name) != request.proposed.get(name)) => request.into(),
            Some(prior) => plan_update(&prior, request, file),
            None => {
                let published = self.published(&request.proposed).await;
                plan_create(request, file, published)
            }
        }
    }

    /// What the server has under the number, retired or not, as far as that can be asked.
    async fn published(&self, proposed: &Value) -> Result<Option<Published>, ClientError> {
        let object = Object::root(proposed);
        let (Some(client), Ok(Some(plugin)), Ok(Some(version))) =
            (self.connection.client(), object.parse::<PluginName>("plugin"), object.parse::<Version>("version"))
        else {
            return Ok(None);
        };
        match client.get_version(plugin.as_str(), &version).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What the source holds.
enum File {
    /// Which file it is, is not known yet.
    Unknown,
    Component(ComponentInfo),
    Missing(Diagnostic),
    Bad(Diagnostic),
}

impl File {
    fn of(loaded: Result<ComponentInfo, LoadError>) -> Self {
        match loaded {
            Ok(info) => Self::Component(info),
            Err(LoadError::Missing(diagnostic)) => Self::Missing(diagnostic),
            Err(LoadError::Other(diagnostic)) => Self::Bad(diagnostic),
        }
    }
}

fn plan_create(request: PlanRequest, file: File, published: Result<Option<Published>, ClientError>) -> PlanResponse {
    let mut diagnostics = Diagnostics::new();
    let mut planned = request.proposed;
    match &file {
        File::Unknown => {}
        File::Missing(diagnostic) | File::Bad(diagnostic) => diagnostics.push(diagnostic.clone()),
        File::Component(info) => {
            planned = planned
                .with("sha256", info.digest.to_string())
                .with("size", info.size)
                .with("exports", Value::list(info.exports.iter().map(String::as_str)))
                .with("imports", Value::list(info.imports.iter().map(String::as_str)));
        }
    }
    match published {
        Err(error) => diagnostics.extend(client_error(&error)),
        Ok(None) => {}
        Ok(Some(published)) => {
            // One that was retired begins anew.
            if published.retired_at.is_none() {
                diagnostics.extend(unreachable(published.spec.channel, &planned));
            }
            if let File::Component(info) = &file
                && published.spec.sha256 != info.digest
            {
                diagnostics.push(other_bytes(&planned, &published.spec.sha256.to_string(), &info.digest));
            }
            if says_else(&crate::dependency::declared_state(&published.spec.dependencies), &planned) {
                diagnostics.push(other_dependencies(&planned));
            }
            let theirs = Value::from(published.spec.default_config.clone());
            if differs(&theirs, planned.get("default_config")) {
                diagnostics.push(other_default_config(&planned));
            }
        }
    }
    PlanResponse { planned, private: request.private, diagnostics, ..PlanResponse::default() }
}

/// A change under the same number: only channel, notes and the path may change.
fn plan_update(prior: &Value, request: PlanRequest, file: File) -> PlanResponse {
    let mut diagnostics = Diagnostics::new();
    let planned = request.proposed;
    match file {
        File::Unknown => {}
        File::Bad(diagnostic) => diagnostics.push(diagnostic),
        File::Missing(_) => {
            let detail = format!(
                "{:?} is not there. Version {} is published and keeps the bytes it has; put the file back to have it compared again.",
                planned.get("source").as_str().unwrap_or_default(),
                prior.get("version").as_str().unwrap_or_default(),
            );
            diagnostics.push(Diagnostic::warning("The component's file is missing", detail).at("source"));
        }
        File::Component(info) => {
            let before = prior.get("sha256").as_str().unwrap_or_default();
            if before != info.digest.to_string() {
                diagnostics.push(other_bytes(&planned, before, &info.digest));
            }
        }
    }
    if says_else(prior.get("dependencies"), &planned) {
        diagnostics.push(other_dependencies(&planned));
    }
    if prior.get("channel").as_str().is_some() {
        diagnostics.extend(unreachable(channel(prior.get("channel")), &planned));
    }
    if differs(prior.get("default_config"), planned.get("default_config")) {
        diagnostics.push(other_default_config(&planned));
    }
    PlanResponse { planned, private: request.private, diagnostics, ..PlanResponse::default() }
}

/// That the channel the version is in does not lead to the one that is planned.
fn unreachable(from: Channel, planned: &Value) -> Option<Diagnostic> {
    let to = planned.get("channel");
    let error = to.as_str().and_then(|_| from.change_to(channel(to)).err())?;
    let (plugin, version) = names(planned);
    let detail = format!("Version {version} of plugin {plugin:?} {error}.");
    Some(Diagnostic::error("The version cannot go to that channel", detail).at("channel"))
}

/// Whether a value will be another one, as far as is known.
fn differs(before: &Value, planned: &Value) -> bool {
    !planned.is_unknown() && before != planned
}

/// Whether a version will say something else of other plugins, as far as is known. States of before this was told have nothing there.
fn says_else(before: &Value, planned: &Value) -> bool {
    let planned = planned.get("dependencies");
    let is_none = |value: &Value| value.as_elements().is_none_or(<[Value]>::is_empty);
    planned.is_wholly_known() && before != planned && !(is_none(before) && is_none(planned))
}

fn other_dependencies(planned: &Value) -> Diagnostic {
    let (plugin, version) = names(planned);
    let detail = format!(
        "Version {version} of plugin {plugin:?} is published with other `dependencies`. Raise `version` to publish a new one, or put the published \
         ones back."
    );
    Diagnostic::error("Versions are immutable", detail).at("dependencies")
}

fn other_bytes(planned: &Value, published: &str, found: &Digest) -> Diagnostic {
    let (plugin, version) = names(planned);
    let detail = format!(
        "Version {version} of plugin {plugin:?} is published with the SHA-256 {published}, but the file has {found}. Give the new bytes a number of \
         their own by raising `version`, or put the published bytes back."
    );
    Diagnostic::error("Versions are immutable", detail).at("source")
}

fn other_default_config(planned: &Value) -> Diagnostic {
    let (plugin, version) = names(planned);
    let detail = format!(
        "Version {version} of plugin {plugin:?} is published with another `default_config`. Raise `version` to publish a new one, put the \
         published value back, or set `config` on the deployments."
    );
    Diagnostic::error("Versions are immutable", detail).at("default_config")
}

fn names(planned: &Value) -> (&str, &str) {
    let text = |name| planned.get(name).as_str().unwrap_or_default();
    (text("plugin"), text("version"))
}

#[cfg(test)]
mod tests;
