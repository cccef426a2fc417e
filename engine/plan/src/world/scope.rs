//! What expressions see from a place in the configuration.

use std::{path::Path, sync::Arc};

use hotswap_lang::{Diagnostic, Marks, Moment, Range, Scope, Subject, Val};
use hotswap_value::{Type, Value, address::ModuleInstance};

use super::{Called, Frame, InstanceData, Purpose, Repetition, World, undeclared};
use crate::{
    lock::{read, write},
    providers::source_of,
};

/// What expressions in a module instance see, and, in the block of one object, its `each`, `count` and `self`.
pub struct ModuleScope<'w, 'a> {
    world: &'w World<'a>,
    frame: Arc<Frame<'a>>,
    instance: InstanceData,
    self_object: Option<Val>,
}

impl<'w, 'a> ModuleScope<'w, 'a> {
    pub(crate) fn new(world: &'w World<'a>, frame: Arc<Frame<'a>>) -> Self {
        Self { world, frame, instance: InstanceData::default(), self_object: None }
    }

    /// The same with an object's `each` and `count`.
    #[must_use]
    pub fn with_instance(mut self, instance: InstanceData) -> Self {
        self.instance = instance;
        self
    }

    /// The same with an object as `self`.
    #[must_use]
    pub fn with_self(mut self, object: Val) -> Self {
        self.self_object = Some(object);
        self
    }

    /// The module instance.
    pub fn module(&self) -> &ModuleInstance {
        &self.frame.address
    }
}

impl Scope for ModuleScope<'_, '_> {
    fn get(&self, subject: &Subject, range: Range) -> Result<Val, Box<Diagnostic>> {
        let outside = |what: &str, needs: &str| {
            let detail = format!("{what} has a value only in a block with {needs}.");
            Err(Box::new(Diagnostic::error(format!("{what} has no value here"), detail).at(range)))
        };
        let value = match subject {
            Subject::Variable(name) => read(&self.frame.variables).get(name).cloned(),
            Subject::Local(name) => read(&self.frame.locals).get(name).cloned(),
            Subject::Resource(name) => self.frame.group(name).map(|group| group.whole()),
            Subject::Module(name) => read(&self.frame.calls).get(name).map(|called| called.whole()),
            Subject::EachKey => match &self.instance.each {
                Some((key, _)) => Some(key.clone()),
                None => return outside("each.key", "for_each"),
            },
            Subject::EachValue => match &self.instance.each {
                Some((_, value)) => Some(value.clone()),
                None => return outside("each.value", "for_each"),
            },
            Subject::CountIndex => match &self.instance.index {
                Some(index) => Some(index.clone()),
                None => return outside("count.index", "count"),
            },
            Subject::SelfObject => match &self.self_object {
                Some(object) => Some(object.clone()),
                None => return outside("self", "a postcondition"),
            },
            Subject::Path(name) => match &**name {
                "module" => Some(folder_text(&self.frame.module.folder)),
                "root" => Some(folder_text(&self.world.config().root().folder)),
                "cwd" => Some(folder_text(&self.world.settings.folder)),
                _ => None,
            },
            Subject::Terraform(name) if &**name == "workspace" => Some(self.world.settings.workspace.clone().into()),
            Subject::Terraform(name) if &**name == "applying" => {
                Some(Val::from(self.world.purpose() == Purpose::Apply).marked(Marks::EPHEMERAL))
            }
            Subject::Terraform(_) => None,
        };
        match (value, undeclared(self.frame.module, subject, range)) {
            (_, Some(fault)) => Err(Box::new(fault)),
            (Some(value), None) => Ok(value),
            (None, None) => Ok(Val::unknown()),
        }
    }

    fn folder(&self) -> &Path {
        &self.world.settings.folder
    }

    fn moment(&self) -> Moment {
        self.world.settings.moment
    }

    fn call_provider_function(&self, provider: &str, function: &str, arguments: &[Val]) -> Option<Result<Val, (Option<usize>, String)>> {
        let source = source_of(self.world.config(), &self.frame.address.path(), provider);
        let function = self.world.providers().idle(&source)?.functions().get(function)?.clone();
        let signature = function.signature();
        let mut values = Vec::with_capacity(arguments.len());
        let mut marks = Marks::NONE;
        for (index, argument) in arguments.iter().enumerate() {
            let Some(parameter) = signature.parameters.get(index).or(signature.variadic.as_ref()) else {
                let count = signature.parameters.len();
                return Some(Err((Some(index), format!("it takes {count} arguments, and {} are given", arguments.len()))));
            };
            match to_type(argument.clone().unmarked(&mut marks), &parameter.ty) {
                Ok(value) => values.push(value),
                Err(problem) => return Some(Err((Some(index), problem))),
            }
        }
        if values.len() < signature.parameters.len() {
            let count = signature.parameters.len();
            return Some(Err((None, format!("it takes {count} arguments, and {} are given", arguments.len()))));
        }
        let result = function.call(&values);
        Some(match result {
            Ok(value) => Ok(Val::new(&value, &signature.result).marked(marks)),
            Err(error) => Err((error.argument.and_then(|index| usize::try_from(index).ok()), error.text)),
        })
    }
}

fn to_type(value: Val, ty: &Type) -> Result<Value, String> {
    ty.conform(value.to_value()).map_err(|error| error.to_string())
}

fn folder_text(folder: &Path) -> Val {
    let text = folder.display().to_string();
    Val::from(if text.is_empty() { ".".to_owned() } else { text })
}

impl Called<'_> {
    /// What the call's name stands for: the outputs evaluated so far, of each instance.
    fn whole(&self) -> Val {
        let evaluated = self.frames.values().map(|frame| read(&frame.outputs).len()).sum();
        if let Some((as_of, whole)) = &*read(&self.whole)
            && *as_of == evaluated
        {
            return whole.clone();
        }
        let outputs = |frame: &Frame<'_>| {
            let outputs = read(&frame.outputs);
            let declared = frame.module.outputs.keys();
            Val::object(declared.map(|name| (name.clone(), outputs.get(name).cloned().unwrap_or_else(Val::unknown))))
        };
        let whole = match &self.repetition {
            Repetition::Once => self.frames.values().next().map_or_else(Val::unknown, |frame| outputs(frame)),
            Repetition::Count(_) => Val::tuple(self.frames.values().map(|frame| outputs(frame))),
            Repetition::ForEach(elements) => Val::object(elements.keys().cloned().zip(self.frames.values().map(|frame| outputs(frame)))),
            Repetition::SomeCount | Repetition::SomeForEach => Val::unknown(),
        };
        *write(&self.whole) = Some((evaluated, whole.clone()));
        whole
    }
}
