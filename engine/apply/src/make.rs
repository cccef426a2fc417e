//! Creating and updating an object: its block evaluated once more, the plan asked for once more and held to what was shown, then
//! the provider's act, held to the plan.

use hotswap_lang::Diagnostic;
use hotswap_plan::{Action, Again, Findings, ObjectType, ResourceChange, Seen};
use hotswap_sdk::{Resource, apply, apply::ApplyRequest};
use hotswap_state::{Object, Status};
use hotswap_value::{AttributePath, Value, msgpack};

use crate::{
    consistent,
    journal::{Act, Intent},
    object,
    schedule::End,
    work::{Running, Work},
};

/// An object about to be made: what is asked of the provider.
struct Asked {
    prior: Option<Value>,
    planned: Value,
    config: Value,
    private: Vec<u8>,
    sensitive: Vec<AttributePath>,
}

impl Work<'_> {
    /// Creates an object or changes it in place.
    pub(crate) async fn make(&self, change: &ResourceChange, findings: &mut Findings) -> End {
        let action = if change.action == Action::Update { Action::Update } else { Action::Create };
        let Some(running) = self.begin(change, action).await else { return End::Failed };
        let made = self.try_to_make(change, action, &running, findings).await;
        self.ended(&running, made, &mut findings.diagnostics)
    }

    /// The object as it is now; nothing if that failed, which is then among the diagnostics.
    async fn try_to_make(
        &self,
        change: &ResourceChange,
        action: Action,
        running: &Running,
        findings: &mut Findings,
    ) -> Result<Option<Value>, Box<Diagnostic>> {
        let (address, ty) = self.provider(change)?;
        let Some(resource) = self.world.providers().resource(&address, &change.address.resource.ty) else {
            let detail = format!("The provider {address} was not configured, so nothing was done to the object.");
            return Err(Box::new(Diagnostic::error("Provider is not configured", detail).for_object(&change.address)));
        };
        let Some(asked) = self.ask_again(change, action, resource.as_ref(), findings).await? else { return Ok(None) };
        let Asked { prior, planned, config, private, sensitive } = asked;
        let intent = intent(change, action, &planned, &config, &private, ty);
        let (number, operation) = self.intend(intent, running).await?;
        let request = ApplyRequest { prior: prior.clone(), planned: Some(planned.clone()), config, private, operation };
        let response = apply::resource_change(resource.as_ref(), request).await;
        let failed = response.diagnostics.has_errors();
        findings.diagnostics.extend(self.world.locate(&change.address, &response.diagnostics));
        let Some(object) = response.state else {
            self.conclude(number, change, None, false)?;
            if !failed {
                return Err(Box::new(bug(change, "gave back no object, and no error", None)));
            }
            return Ok(None);
        };
        let wrong = if failed { None } else { misfit(change, &planned, &object) };
        let object = if failed || wrong.is_some() { object.unknown_as_null() } else { object };
        let kept = self.kept(change, &object, ty, sensitive.clone(), response.private)?;
        let tainted = failed && action == Action::Create;
        let kept = Object { status: if tainted { Status::Tainted } else { Status::Ready }, ..kept };
        self.conclude(number, change, Some(kept), resource.is_written_at_once())?;
        self.world.set_object(&change.address, object.clone(), sensitive);
        match wrong {
            Some(wrong) => Err(Box::new(wrong)),
            None if failed || !self.world.postconditions_hold(&change.address, findings) => Ok(None),
            None => Ok(Some(object)),
        }
    }

    /// Evaluates the block with what is known now and has the provider plan once more: what was shown must still be so.
    async fn ask_again(
        &self,
        change: &ResourceChange,
        action: Action,
        resource: &dyn Resource,
        findings: &mut Findings,
    ) -> Result<Option<Asked>, Box<Diagnostic>> {
        let prior = (action == Action::Update).then(|| change.before.clone());
        let kept = self.plan.prior.current(&change.address);
        let private = kept.map(|object| object.private.as_slice()).unwrap_or_default();
        let seen = prior.as_ref().map(|value| Seen { value, private });
        let Some(again) = self.world.plan_again(change, seen, resource, findings).await else { return Ok(None) };
        if let Some(path) = consistent::broken(&change.after, &again.planned) {
            return Err(Box::new(bug(
                change,
                "plans something else now than was shown, although what was known is still the same",
                Some(path),
            )));
        }
        if let (Some(_), Some(path)) = (&prior, again.requires_replace.first()) {
            return Err(Box::new(bug(change, "wants to replace now what was shown as a change in place", Some(path.clone()))));
        }
        let Again { planned, config, private, sensitive, .. } = again;
        Ok(Some(Asked { prior, planned, config, private, sensitive }))
    }

    /// The form the state keeps of an object that was made.
    pub(crate) fn kept(
        &self,
        change: &ResourceChange,
        object: &Value,
        ty: &ObjectType,
        sensitive: Vec<AttributePath>,
        private: Vec<u8>,
    ) -> Result<Object, Box<Diagnostic>> {
        let kept = object::to_state(object, ty, sensitive, private).map_err(|problem| Box::new(bug(change, &problem, None)))?;
        Ok(Object { dependencies: change.dependencies.clone(), create_before_destroy: change.create_before_destroy, ..kept })
    }
}

fn intent(change: &ResourceChange, action: Action, planned: &Value, config: &Value, private: &[u8], ty: &ObjectType) -> Intent {
    let shown = ty.schema.without_write_only(config.clone());
    Intent {
        number: 0,
        address: change.address.clone(),
        provider: change.provider.clone(),
        act: if action == Action::Update { Act::Update } else { Act::Create },
        key: String::new(),
        planned: msgpack::encode(planned, &ty.ty).ok(),
        config: msgpack::encode(&shown, &ty.ty).ok(),
        private: (!private.is_empty()).then(|| private.to_vec()),
        dependencies: change.dependencies.iter().map(ToString::to_string).collect(),
        create_before_destroy: change.create_before_destroy,
    }
}

/// What an object that was made has against its plan.
fn misfit(change: &ResourceChange, planned: &Value, object: &Value) -> Option<Diagnostic> {
    if let Some(path) = consistent::unknown(object) {
        return Some(bug(change, "left a value unknown although the object is made", Some(path)));
    }
    let path = consistent::broken(planned, object)?;
    Some(bug(change, "made something else than it had planned", Some(path)))
}

/// An error in the provider: it did not keep to the rules.
pub(crate) fn bug(change: &ResourceChange, problem: &str, path: Option<AttributePath>) -> Diagnostic {
    let at = path.filter(|path| !path.is_root()).map(|path| format!(" (attribute {path})")).unwrap_or_default();
    let detail = format!(
        "For {} the provider {problem}{at}. This is a fault of the provider; please report it. The state has what exists.",
        change.address
    );
    Diagnostic::error("Provider broke its word", detail).for_object(&change.address)
}
