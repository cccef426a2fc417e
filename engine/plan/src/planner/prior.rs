//! The object as it was: read from the state, brought to the present schema, and looked at afresh.

use hotswap_lang::{Diagnostic, Diagnostics};
use hotswap_sdk::{ReadRequest, Resource};
use hotswap_state::{Json, Object, Status};
use hotswap_value::{AttributePath, Value, address::ResourceInstance};

use super::Planner;
use crate::{
    Act, Action, ObjectType, ResourceChange,
    schema_value::{schema_sensitive_paths, sensitive_paths},
};

/// An object as it is.
#[derive(Debug, Clone)]
pub(super) struct Prior {
    /// Of the schema's type.
    pub(super) value: Value,
    /// What of it is sensitive, by its schema or by what it was made of.
    pub(super) sensitive: Vec<AttributePath>,
    /// As the state has it, attributes included.
    pub(super) object: Object,
}

impl Prior {
    pub(super) fn is_tainted(&self) -> bool {
        self.object.status == Status::Tainted
    }

    /// The object with other values.
    pub(super) fn with_value(mut self, value: Value, private: Vec<u8>, ty: &ObjectType) -> Result<Self, Diagnostic> {
        if value != self.value || self.object.schema_version != ty.schema.version {
            self.object.attributes = encode(&value, ty)?;
            self.object.schema_version = ty.schema.version;
        }
        self.sensitive = sensitive_paths(&ty.schema, &value, &self.object.sensitive_attributes);
        self.object.private = private;
        self.value = value;
        Ok(self)
    }
}

/// A value as the state holds it.
fn encode(value: &Value, ty: &ObjectType) -> Result<Json, Diagnostic> {
    ty.encode(value).map_err(|problem| {
        Diagnostic::error("Object does not fit its schema", format!("{problem}. This is a bug in the provider; please report it."))
    })
}

/// A new object as the state will hold it.
pub(super) fn new_object(value: &Value, private: Vec<u8>, ty: &ObjectType) -> Result<Object, Diagnostic> {
    let mut object = Object::new(ty.schema.version, encode(value, ty)?);
    object.private = private;
    object.sensitive_attributes = schema_sensitive_paths(&ty.schema, value);
    Ok(object)
}

impl Planner<'_> {
    /// An object of the state, of the present schema. The errors say why it can't be.
    pub(super) async fn stored(
        &self,
        address: &ResourceInstance,
        resource: &dyn Resource,
        ty: &ObjectType,
        object: &Object,
    ) -> Result<Prior, Diagnostics> {
        let value = hotswap_sdk::state::upgrade(resource, object.schema_version, object.attributes.as_str().as_bytes()).await;
        let value = value.map_err(|found| self.world.locate(address, &found))?;
        let prior = Prior { sensitive: Vec::new(), value: value.clone(), object: object.clone() };
        prior.with_value(value, object.private.clone(), ty).map_err(|fault| vec![fault.for_object(address)])
    }

    /// The object as it is now; `None` if it is gone. What differs is noted as drift.
    pub(super) async fn refreshed(
        &self,
        address: &ResourceInstance,
        deposed: Option<&str>,
        resource: &dyn Resource,
        ty: &ObjectType,
        prior: Prior,
    ) -> Result<Option<Prior>, Diagnostics> {
        if !self.options.refresh {
            return Ok(Some(prior));
        }
        let request = ReadRequest { state: prior.value.clone(), private: prior.object.private.clone() };
        let underway = self.options.observer.begin(address, deposed, Act::Refresh, prior.value.clone());
        let response = hotswap_sdk::state::read(resource, request).await;
        let told = self.world.locate(address, &response.diagnostics);
        if response.diagnostics.has_errors() {
            underway.failed();
            return Err(told);
        }
        underway.finished(response.state.clone().unwrap_or_default());
        self.say(told);
        let now = match response.state {
            Some(value) if value == prior.value => {
                let mut same = prior;
                same.object.private = response.private;
                return Ok(Some(same));
            }
            Some(value) => Some(prior.clone().with_value(value, response.private, ty).map_err(|fault| vec![fault.for_object(address)])?),
            None => None,
        };
        self.drifted(address, deposed, prior, now.as_ref());
        Ok(now)
    }

    fn drifted(&self, address: &ResourceInstance, deposed: Option<&str>, prior: Prior, now: Option<&Prior>) {
        let provider = self.before.resources.get(&address.without_key()).map(|resource| resource.provider.clone()).unwrap_or_default();
        let drift = ResourceChange {
            address: address.clone(),
            previous: self.moves.previous(address).cloned(),
            deposed: deposed.map(ToOwned::to_owned),
            provider,
            action: if now.is_some() { Action::Update } else { Action::Delete },
            reason: None,
            before: prior.value,
            after: now.map_or(Value::Null, |now| now.value.clone()),
            before_sensitive: prior.sensitive,
            after_sensitive: now.map(|now| now.sensitive.clone()).unwrap_or_default(),
            replace_paths: Vec::new(),
            private: Vec::new(),
            importing: None,
            dependencies: prior.object.dependencies,
            create_before_destroy: prior.object.create_before_destroy,
        };
        self.found().drift.push(drift);
    }
}
