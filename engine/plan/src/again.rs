//! Planning one object once more, while applying: with what has become known since it was shown.

use hotswap_lang::{Diagnostic, Severity};
use hotswap_sdk::{
    Resource,
    plan::{ChangeRequest, resource_change},
};
use hotswap_state::State;
use hotswap_value::{AttributePath, Value, address::ResourceInstance, json};

use crate::{
    Findings, ResourceChange, World,
    planner::{check_planned, without_ignored},
    schema_value::sensitive_paths,
};

/// An object as it was last seen.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What it is.
    pub value: &'a Value,
    /// What the provider put aside with it.
    pub private: &'a [u8],
}

/// What the provider plans for an object now.
#[derive(Debug, Clone)]
pub struct Again {
    /// The block's value, with write-only attributes.
    pub config: Value,
    /// The object as it will be.
    pub planned: Value,
    /// What of it is sensitive.
    pub sensitive: Vec<AttributePath>,
    /// What can't be changed in place after all.
    pub requires_replace: Vec<AttributePath>,
    /// What the provider put aside.
    pub private: Vec<u8>,
}

impl World<'_> {
    /// Plans a create or an update that a plan has shown, once more. `prior` is the object as it is; `None` if it is to be created.
    /// `None` if there are errors; they are in the findings.
    pub async fn plan_again(
        &self,
        change: &ResourceChange,
        prior: Option<Seen<'_>>,
        resource: &dyn Resource,
        findings: &mut Findings,
    ) -> Option<Again> {
        let block = self.config().resource(&change.address)?;
        let scope = self.object_scope(&change.address)?;
        let name = change.address.to_string();
        let lifecycle = &block.lifecycle;
        if !findings.check(&name, &lifecycle.preconditions, "Precondition of resource failed", Severity::Error, &scope) {
            return None;
        }
        let config = self.object_config(&change.address, &mut findings.diagnostics)?;
        let schema = resource.schema();
        let effective = match prior {
            Some(prior) => without_ignored(&lifecycle.ignore_changes, schema, prior.value, &config.value),
            None => config.value,
        };
        let private = prior.map(|prior| prior.private.to_vec()).unwrap_or_default();
        let prior = prior.map(|prior| prior.value);
        let request = ChangeRequest { prior: prior.cloned(), config: effective.clone(), private };
        let response = resource_change(resource, request).await;
        findings.diagnostics.extend(self.locate(&change.address, &response.diagnostics).into_iter().filter(Diagnostic::is_error));
        if response.diagnostics.has_errors() {
            return None;
        }
        let faults = check_planned(schema, prior, &effective, &response.planned);
        if !faults.is_empty() {
            findings.diagnostics.extend(faults.into_iter().map(|fault| fault.for_object(&name).at(block.header)));
            return None;
        }
        Some(Again {
            sensitive: sensitive_paths(schema, &response.planned, &config.sensitive),
            config: effective,
            planned: response.planned,
            requires_replace: response.requires_replace,
            private: response.private,
        })
    }

    /// Whether the postconditions of an object hold that was just made or read.
    pub fn postconditions_hold(&self, address: &ResourceInstance, findings: &mut Findings) -> bool {
        let (Some(block), Some(scope)) = (self.config().resource(address), self.self_scope(address)) else { return true };
        let rules = &block.lifecycle.postconditions;
        findings.check(&address.to_string(), rules, "Postcondition of resource failed", Severity::Error, &scope)
    }

    /// Takes an object over from the state as it is there. Nothing happens if it isn't there, or not of the present schema.
    pub fn take_over(&self, state: &State, address: &ResourceInstance) {
        let Some(provider) = self.provider_of(&address.module.path(), &address.resource) else { return };
        let Some(ty) = self.providers().object_type(&provider.source, &address.resource) else { return };
        let Some(object) = state.current(address) else { return };
        if let Ok(value) = json::decode_lenient(object.attributes.as_str().as_bytes(), &ty.ty) {
            let sensitive = sensitive_paths(&ty.schema, &value, &object.sensitive_attributes);
            self.set_object(address, value, sensitive);
        }
    }
}
