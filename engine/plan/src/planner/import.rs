//! `import` blocks: existing objects that the plan takes under management.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use hotswap_lang::{
    Diagnostic, Diagnostics, Kind, Scope, Val,
    config::{Config, Import},
    convert::convert,
    evaluate::evaluate,
};
use hotswap_sdk::{ReadRequest, Resource};
use hotswap_value::{
    Type, Value,
    address::{InstanceKey, ModuleInstance, ResourceBlock, ResourceInstance},
};

use super::{
    Planner,
    prior::{Prior, new_object},
};
use crate::{Act, InstanceData, Mode, ObjectType, schema_value::sensitive_paths, world::for_each};

/// The `import` blocks, and what was made of them.
pub(super) struct Imports {
    blocks: HashSet<ResourceBlock>,
    /// Targets that objects of the configuration took up.
    met: Mutex<HashSet<ResourceInstance>>,
}

impl Imports {
    pub(super) fn new(config: &Config) -> Self {
        let blocks = config.root().imports.iter().map(target_block);
        Self { blocks: blocks.collect(), met: Mutex::default() }
    }
}

fn target_block(import: &Import) -> ResourceBlock {
    ResourceBlock { module: import.to.module.path(), resource: import.to.resource.clone() }
}

impl Planner<'_> {
    /// The id under which an object is to be imported, if an `import` block names it.
    pub(super) fn import_id(&self, address: &ResourceInstance) -> Result<Option<String>, Diagnostics> {
        if !self.imports.blocks.contains(&address.block()) || self.options.mode == Mode::Destroy {
            return Ok(None);
        }
        let Some(scope) = self.world.scope(&ModuleInstance::root()) else { return Ok(None) };
        let mut diagnostics = Vec::new();
        for import in &self.config().root().imports {
            if target_block(import) != address.block() || import.to.module != address.module {
                continue;
            }
            let instances = match &import.for_each {
                None => vec![InstanceData::default()],
                Some(expr) => {
                    let Some(elements) = for_each(expr, "for_each", &scope, &mut diagnostics) else { return Err(diagnostics) };
                    elements
                        .iter()
                        .map(|(key, value)| InstanceData { each: Some((Val::from(key.clone()), value.clone())), index: None })
                        .collect()
                }
            };
            for data in instances {
                let Some(scope) = self.world.scope(&ModuleInstance::root()) else { continue };
                let scope = scope.with_instance(data);
                if key_of(import, &scope, &mut diagnostics)? == address.key {
                    self.imports.met.lock().unwrap_or_else(PoisonError::into_inner).insert(address.clone());
                    return id_of(import, &scope, &mut diagnostics).map(Some);
                }
            }
        }
        Ok(None)
    }

    /// An existing object, found and read.
    pub(super) async fn imported(
        &self,
        resource: &dyn Resource,
        ty: &ObjectType,
        address: &ResourceInstance,
        id: &str,
    ) -> Result<Prior, Diagnostics> {
        let permit = self.calls.acquire().await;
        let underway = self.options.observer.begin(address, None, Act::Import(id.to_owned()), Value::Null);
        let response = hotswap_sdk::state::import(resource, id).await;
        drop(permit);
        let told = self.world.locate(address, &response.diagnostics);
        let Some(value) = response.state.filter(|_| !response.diagnostics.has_errors()) else {
            underway.failed();
            return Err(told);
        };
        underway.finished(value.clone());
        self.say(told);
        let underway = self.options.observer.begin(address, None, Act::Refresh, value.clone());
        let response = hotswap_sdk::state::read(resource, ReadRequest { state: value, private: response.private }).await;
        let mut told = self.world.locate(address, &response.diagnostics);
        if response.diagnostics.has_errors() {
            underway.failed();
            return Err(told);
        }
        underway.finished(response.state.clone().unwrap_or_default());
        let Some(value) = response.state else {
            let detail = format!("{address} is to be imported under the id {id:?}, and there is no such object.");
            told.push(Diagnostic::error("Object to import not found", detail).for_object(address));
            return Err(told);
        };
        self.say(told);
        let object = new_object(&value, response.private, ty).map_err(|fault| vec![fault.for_object(address)])?;
        Ok(Prior { sensitive: sensitive_paths(&ty.schema, &value, &[]), value, object })
    }

    /// Tells which `import` blocks lead nowhere.
    pub(super) fn import_faults(&self) {
        if self.options.mode != Mode::Normal || !self.options.targets.is_empty() {
            return;
        }
        for import in &self.config().root().imports {
            let block = target_block(import);
            if import.for_each.is_none() && self.found().planned.contains(&block) {
                self.unmet(import, &block);
            }
        }
    }

    fn unmet(&self, import: &Import, block: &ResourceBlock) {
        let Some(scope) = self.world.scope(&ModuleInstance::root()) else { return };
        let Ok(key) = key_of(import, &scope, &mut Vec::new()) else { return };
        let object = ResourceInstance { module: import.to.module.clone(), resource: block.resource.clone(), key };
        let met = self.imports.met.lock().unwrap_or_else(PoisonError::into_inner).contains(&object);
        let there = self.before.current(&object).is_some();
        let wanted = self.world.repetition(&object.module, &object.resource).is_some_and(|repetition| repetition.contains(&object.key));
        if !met && !there && !wanted {
            let detail = format!("The configuration has no {object}: its block stands for other objects.");
            self.say(vec![Diagnostic::error("Import into what is not there", detail).at(import.to.range).within(import.range)]);
        }
    }
}

fn key_of(import: &Import, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Result<InstanceKey, Diagnostics> {
    let Some(expr) = &import.to.key else { return Ok(InstanceKey::None) };
    let value = evaluate(expr, scope, diagnostics);
    match &value.kind {
        Kind::String(key) => Ok(InstanceKey::Key(key.clone())),
        Kind::Number(number) if number.to_u64().is_some() => Ok(InstanceKey::Index(number.to_u64().unwrap_or_default())),
        _ => {
            if !diagnostics.iter().any(Diagnostic::is_error) {
                let detail = "The key of what is imported into must be known now, as text or a whole number.";
                diagnostics.push(Diagnostic::error("Invalid import target", detail).at(expr.range).within(import.range));
            }
            Err(std::mem::take(diagnostics))
        }
    }
}

fn id_of(import: &Import, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Result<String, Diagnostics> {
    let value = evaluate(&import.id, scope, diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(std::mem::take(diagnostics));
    }
    let problem = match convert(&value, &Type::String) {
        _ if value.marks.ephemeral => "It is ephemeral, and the state keeps what an object is called. Give an id that may be kept.",
        _ if value.marks.sensitive => {
            "It is sensitive, and ids of imports are shown; nonsensitive() takes the mark off what is not secret."
        }
        Ok(Val { kind: Kind::String(id), .. }) if !id.is_empty() => return Ok(id.to_string()),
        Ok(Val { kind: Kind::Unknown(_), .. }) => {
            "It is only known after apply, and an object is imported while planning. Give an id that is known now."
        }
        Ok(_) => "It is null or empty; give what the provider calls the object.",
        Err(_) => "It must be text.",
    };
    diagnostics.push(Diagnostic::error("Invalid import id", problem).at(import.id.range).within(import.range));
    Err(std::mem::take(diagnostics))
}
