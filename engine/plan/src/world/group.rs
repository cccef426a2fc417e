//! The objects of one resource block in one module instance, and the one value they have in expressions.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hotswap_lang::Val;
use hotswap_value::{AttributePath, Value, address::InstanceKey};

use super::repetition::Repetition;
use crate::providers::ObjectType;

/// The objects of one resource block in one module instance.
pub(crate) struct Group {
    pub(crate) repetition: Repetition,
    ty: Arc<ObjectType>,
    state: Mutex<Values>,
}

#[derive(Default)]
struct Values {
    objects: BTreeMap<InstanceKey, (Value, Vec<AttributePath>)>,
    /// Made when first asked for, and once: a block of thousands is looked at by thousands.
    whole: Option<Val>,
}

impl Group {
    pub(crate) fn new(repetition: Repetition, ty: Arc<ObjectType>) -> Self {
        Self { repetition, ty, state: Mutex::default() }
    }

    pub(crate) fn set(&self, key: InstanceKey, value: Value, sensitive: Vec<AttributePath>) {
        let mut state = self.lock();
        state.objects.insert(key, (value, sensitive));
        state.whole = None;
    }

    pub(crate) fn value(&self, key: &InstanceKey) -> Option<Value> {
        self.lock().objects.get(key).map(|(value, _)| value.clone())
    }

    /// One object as expressions see it; unknown if nothing is known of it.
    pub(crate) fn object(&self, key: &InstanceKey) -> Val {
        object(&self.lock(), key, &self.ty)
    }

    /// What the resource's name stands for.
    pub(crate) fn whole(&self) -> Val {
        let mut state = self.lock();
        if let Some(whole) = &state.whole {
            return whole.clone();
        }
        let whole = match &self.repetition {
            Repetition::Once => object(&state, &InstanceKey::None, &self.ty),
            Repetition::Count(count) => Val::tuple((0..*count).map(|index| object(&state, &InstanceKey::Index(index), &self.ty))),
            Repetition::ForEach(elements) => {
                Val::object(elements.keys().map(|key| (key.clone(), object(&state, &InstanceKey::Key(key.clone()), &self.ty))))
            }
            Repetition::SomeCount | Repetition::SomeForEach => Val::unknown(),
        };
        state.whole = Some(whole.clone());
        whole
    }

    fn lock(&self) -> MutexGuard<'_, Values> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn object(values: &Values, key: &InstanceKey, ty: &ObjectType) -> Val {
    match values.objects.get(key) {
        Some((value, sensitive)) => sensitive.iter().fold(Val::new(value, &ty.ty), |value, path| value.mark_at(path.steps())),
        None => Val::unknown(),
    }
}
