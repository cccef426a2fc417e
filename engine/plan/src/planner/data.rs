//! Data sources: read while planning where everything they need is known and nothing they depend on changes, else while applying.

use futures::{StreamExt, stream::FuturesUnordered};
use hotswap_lang::{Diagnostic, Diagnostics, Severity};
use hotswap_value::{
    Value,
    address::{ResourceBlock, ResourceInstance, ResourceMode},
};

use super::{Planner, prior::new_object};
use crate::{
    Act, Action, ConfigValue, Findings, ObjectType, Outcome, ProviderAddress, Reason, ResourceChange, schema_value::sensitive_paths,
};

impl Planner<'_> {
    /// Reads every object of a block, or plans to.
    pub(super) async fn data(&self, name: &ResourceBlock) -> Outcome {
        let Some(objects) = self.expand(name) else { return Outcome::Failed };
        let pending = self.depends_on_changes(name);
        let mut reads: FuturesUnordered<_> =
            objects.iter().filter(|object| self.includes(object)).map(|object| self.read_data(name, object, pending)).collect();
        let mut outcome = Outcome::Done;
        while let Some(ended) = reads.next().await {
            if let Err(diagnostics) = ended {
                self.say(diagnostics);
                outcome = Outcome::Failed;
            }
        }
        if outcome == Outcome::Done {
            self.found().planned.insert(name.clone());
        }
        outcome
    }

    /// Whether something that the block, or a call of its module, names in `depends_on` changes, or a resource it refers to. That the
    /// value it takes from there is known already does not count: who refers to a resource wants it to be there, as Terraform has it.
    fn depends_on_changes(&self, name: &ResourceBlock) -> bool {
        let mut explicit = self.graph.explicit_dependencies(name);
        explicit.extend(self.graph.referenced_resources(name));
        if explicit.is_empty() {
            return false;
        }
        let found = self.found();
        found.changes.values().any(|change| {
            change.action != Action::NoOp
                && change.address.resource.mode == ResourceMode::Managed
                && explicit.contains(&change.address.block())
        })
    }

    async fn read_data(&self, name: &ResourceBlock, address: &ResourceInstance, pending: bool) -> Result<(), Diagnostics> {
        let Some(block) = self.config().modules.get(&name.module).and_then(|module| module.resources.get(&name.resource)) else {
            return Ok(());
        };
        let Some(provider) = self.world.provider_of(&name.module, &name.resource) else { return Ok(()) };
        let Some(ty) = self.providers().object_type(&provider.source, &name.resource).cloned() else { return Err(Vec::new()) };
        let Some(source) = self.providers().data_source(&provider, &name.resource.ty) else { return Err(Vec::new()) };
        self.data_conditions(address, &block.lifecycle.preconditions, "Precondition of data source failed", false)?;
        let mut diagnostics = Vec::new();
        let Some(config) = self.world.object_config(address, &mut diagnostics) else { return Err(diagnostics) };
        let validated = hotswap_sdk::validate::data_source(&*source, &config.value).await;
        diagnostics.extend(self.world.locate(address, &validated));
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(diagnostics);
        }
        self.say(diagnostics);
        let reason = if !config.value.is_wholly_known() {
            Some(Reason::ReadBecauseConfigUnknown)
        } else if pending {
            Some(Reason::ReadBecauseDependencyPending)
        } else {
            None
        };
        if let Some(reason) = reason {
            self.read_later(address, &provider, &ty, &config, reason);
            return self.data_conditions(address, &block.lifecycle.postconditions, "Postcondition of data source failed", true);
        }
        let permit = self.calls.acquire().await;
        let underway = self.options.observer.begin(address, None, Act::Change(Action::Read), Value::Null);
        let response = hotswap_sdk::state::read_data_source(&*source, config.value).await;
        drop(permit);
        let told = self.world.locate(address, &response.diagnostics);
        if response.diagnostics.has_errors() {
            underway.failed();
            return Err(told);
        }
        underway.finished(response.state.clone());
        self.say(told);
        let sensitive = sensitive_paths(&ty.schema, &response.state, &config.sensitive);
        let mut object = new_object(&response.state, Vec::new(), &ty).map_err(|fault| vec![fault.for_object(address)])?;
        object.sensitive_attributes.clone_from(&sensitive);
        self.found().prior.set_current(address, &provider.to_string(), object);
        self.world.set_object(address, response.state, sensitive);
        self.data_conditions(address, &block.lifecycle.postconditions, "Postcondition of data source failed", true)
    }

    fn read_later(&self, address: &ResourceInstance, provider: &ProviderAddress, ty: &ObjectType, config: &ConfigValue, reason: Reason) {
        let after = hotswap_sdk::plan::propose(&ty.schema, None, &config.value);
        let after_sensitive = sensitive_paths(&ty.schema, &after, &config.sensitive);
        let change = ResourceChange {
            address: address.clone(),
            previous: None,
            deposed: None,
            provider: provider.to_string(),
            action: Action::Read,
            reason: Some(reason),
            before: Value::Null,
            after: after.clone(),
            before_sensitive: Vec::new(),
            after_sensitive: after_sensitive.clone(),
            replace_paths: Vec::new(),
            private: Vec::new(),
            importing: None,
            dependencies: self.graph.resource_dependencies(&address.block()),
            create_before_destroy: false,
        };
        let mut found = self.found();
        if !self.is_refresh_only() {
            found.changes.insert(address.clone(), change);
        }
        drop(found);
        self.world.set_object(address, after, after_sensitive);
    }

    fn data_conditions(
        &self,
        address: &ResourceInstance,
        rules: &[hotswap_lang::config::CheckRule],
        summary: &str,
        with_self: bool,
    ) -> Result<(), Diagnostics> {
        if rules.is_empty() {
            return Ok(());
        }
        let Some(mut scope) = self.world.object_scope(address) else { return Ok(()) };
        if with_self && let Some(object) = self.world.object_value(address) {
            scope = scope.with_self(object);
        }
        let mut findings = Findings::default();
        let passed = findings.check(&address.to_string(), rules, summary, Severity::Error, &scope);
        self.conclude(findings, passed)
    }
}
