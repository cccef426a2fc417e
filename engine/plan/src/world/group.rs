//! The objects of one resource block in one module instance, and the one value they have in expressions.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hotswap_lang::{Marks, Val};
use hotswap_value::{AttributePath, Value, address::InstanceKey};

use super::repetition::Repetition;
use crate::providers::ObjectType;

/// The objects of one resource block in one module instance.
pub(crate) struct Group {
    pub(crate) repetition: Repetition,
    ty: Arc<ObjectType>,
    /// What every object of it is, whatever is in it.
    marks: Marks,
    state: Mutex<Values>,
}

#[derive(Default)]
struct Values {
    objects: BTreeMap<InstanceKey, (Value, Vec<AttributePath>)>,
    /// Made when first asked for, and once: a block of thousands is looked at by thousands.
    whole: Option<Val>,
}

impl Group {
    pub(crate) fn new(repetition: Repetition, ty: Arc<ObjectType>, marks: Marks) -> Self {
        Self { repetition, ty, marks, state: Mutex::default() }
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
        self.object_in(&self.lock(), key)
    }

    /// What the resource's name stands for.
    pub(crate) fn whole(&self) -> Val {
        let mut state = self.lock();
        if let Some(whole) = &state.whole {
            return whole.clone();
        }
        let whole = match &self.repetition {
            Repetition::Once => self.object_in(&state, &InstanceKey::None),
            Repetition::Count(count) => Val::tuple((0..*count).map(|index| self.object_in(&state, &InstanceKey::Index(index)))),
            Repetition::ForEach(elements) => {
                Val::object(elements.keys().map(|key| (key.clone(), self.object_in(&state, &InstanceKey::Key(key.clone())))))
            }
            Repetition::SomeCount | Repetition::SomeForEach => Val::unknown().marked(self.marks),
        };
        state.whole = Some(whole.clone());
        whole
    }

    fn object_in(&self, values: &Values, key: &InstanceKey) -> Val {
        let value = match values.objects.get(key) {
            Some((value, sensitive)) => sensitive.iter().fold(Val::new(value, &self.ty.ty), |value, path| value.mark_at(path.steps())),
            None => Val::unknown(),
        };
        value.marked(self.marks)
    }

    fn lock(&self) -> MutexGuard<'_, Values> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
