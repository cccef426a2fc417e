//! Calls of modules, and which provider configurations exist where.

use super::{Checker, Place};
use crate::{
    Range,
    config::{Call, ProviderName, arguments::did_you_mean},
};

impl Checker<'_> {
    pub(super) fn call(&mut self, call: &Call) {
        let header = call.header;
        let place = Place::repeated(header, &call.repeat);
        self.repeat(&call.repeat, header);
        self.depends_on(&call.depends_on, header);
        for argument in call.arguments.values() {
            self.expr(&argument.value, place);
        }
        for outer in call.providers.values() {
            self.provider(outer, header);
        }
        // A module that could not be loaded has its own message.
        let Some(called) = self.config.modules.get(&self.module.path.child(&call.name)) else { return };
        for (name, argument) in &call.arguments {
            if !called.variables.contains_key(name) {
                let hint = did_you_mean(name, called.variables.keys().map(|name| &**name));
                let detail = format!("The module {:?} declares no variable {:?}.{hint}", &*call.name, &**name);
                self.fault(argument.name_range, header, "Unsupported argument", detail);
            }
        }
        for variable in called.variables.values() {
            if variable.default.is_none() && !call.arguments.contains_key(&variable.name) {
                let detail =
                    format!("The variable {:?} of the module {:?} has no default, so the call must set it.", &*variable.name, &*call.name);
                self.fault(header, header, "Missing required argument", detail);
            }
        }
        for inner in call.providers.keys() {
            let declared = called.required_providers.contains_key(&inner.name) || called.provider_names().any(|name| *name == inner.name);
            let alias_declared = inner.alias.is_none()
                || called.required_providers.get(&inner.name).is_some_and(|required| required.aliases.contains(inner));
            if !declared || !alias_declared {
                let detail = format!(
                    "The module {:?} has no use for a provider configuration {inner}: it doesn't name it in required_providers.",
                    &*call.name
                );
                self.fault(header, header, "Unknown provider configuration", detail);
            }
        }
        for alias in called.required_providers.values().flat_map(|required| &required.aliases) {
            if !call.providers.contains_key(alias) {
                let detail = format!(
                    "The module {:?} needs the provider configuration {alias}: pass one, as in providers = {{ {alias} = {} }}.",
                    &*call.name, alias.name
                );
                self.fault(header, header, "Missing provider configuration", detail);
            }
        }
    }

    /// Whether a provider's configuration that a block names exists. One without an alias always does.
    pub(super) fn provider(&mut self, name: &ProviderName, header: Range) {
        if name.alias.is_none() || self.module.providers.contains_key(name) {
            return;
        }
        if self.module.required_providers.get(&name.name).is_some_and(|required| required.aliases.contains(name)) {
            return;
        }
        let known: Vec<String> = self.module.providers.keys().filter(|known| known.name == name.name).map(ToString::to_string).collect();
        let text = name.to_string();
        let hint = did_you_mean(&text, known.iter().map(String::as_str));
        let alias = name.alias.as_deref().unwrap_or_default();
        let detail = format!(
            "There is no provider configuration {name} here. Write one: provider {:?} {{ alias = {alias:?} }}; in a module that is called, name it in configuration_aliases and let the caller pass it.{hint}",
            &*name.name
        );
        self.fault(header, header, "Unknown provider configuration", detail);
    }
}
