//! An object in its three forms: as a provider returns it, as the state keeps it, and as the journal does.

use hotswap_plan::ObjectType;
use hotswap_state::{Json, Object, Status};
use hotswap_value::{AttributePath, Step, Value};

use crate::journal::{KeptObject, KeptStep};

/// The form the state keeps: everything known, of the type's present schema. The error says what of the value has no such form.
pub(crate) fn to_state(value: &Value, ty: &ObjectType, sensitive: Vec<AttributePath>, private: Vec<u8>) -> Result<Object, String> {
    Ok(Object { sensitive_attributes: sensitive, private, ..Object::new(ty.schema.version, ty.encode(value)?) })
}

/// The form the journal keeps.
pub(crate) fn to_journal(object: &Object) -> KeptObject {
    let steps = |path: &AttributePath| path.steps().iter().map(kept_step).collect();
    KeptObject {
        tainted: object.status == Status::Tainted,
        schema_version: object.schema_version,
        attributes: object.attributes.as_str().to_owned(),
        sensitive: object.sensitive_attributes.iter().map(steps).collect(),
        private: (!object.private.is_empty()).then(|| object.private.clone()),
    }
}

/// The state's form of what the journal kept; `None` if its attributes are no JSON.
pub(crate) fn from_journal(kept: &KeptObject) -> Option<Object> {
    let status = if kept.tainted { Status::Tainted } else { Status::Ready };
    let path = |steps: &Vec<KeptStep>| steps.iter().map(step).collect();
    Some(Object {
        status,
        sensitive_attributes: kept.sensitive.iter().map(path).collect(),
        private: kept.private.clone().unwrap_or_default(),
        ..Object::new(kept.schema_version, Json::new(&kept.attributes).ok()?)
    })
}

fn kept_step(step: &Step) -> KeptStep {
    match step {
        Step::Attribute(name) => KeptStep::Attribute(name.clone()),
        Step::Key(key) => KeptStep::Key(key.clone()),
        Step::Index(index) => KeptStep::Index(*index),
    }
}

fn step(step: &KeptStep) -> Step {
    match step {
        KeptStep::Attribute(name) => Step::Attribute(name.clone()),
        KeptStep::Key(key) => Step::Key(key.clone()),
        KeptStep::Index(index) => Step::Index(*index),
    }
}
