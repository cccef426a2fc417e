//! One object of the configuration: what it is, what it should be, what is done about it.

use hotswap_lang::{Diagnostic, Diagnostics, Scope, Severity, Val};
use hotswap_sdk::plan::{ChangeRequest, resource_change};
use hotswap_value::{AttributePath, Value, address::ResourceInstance};

use super::{Planner, enforce::check_planned, ignore::without_ignored, prior::Prior, resource::Block};
use crate::{Action, ConfigValue, Findings, Outcome, Reason, ResourceChange, schema_value::sensitive_paths};

/// What the provider plans for an object, and what that amounts to.
struct Decision {
    action: Action,
    reason: Option<Reason>,
    planned: Value,
    replace_paths: Vec<AttributePath>,
    private: Vec<u8>,
}

impl Planner<'_> {
    /// Plans an object of a block.
    pub(super) async fn object(&self, block: &Block<'_>, address: &ResourceInstance) -> Outcome {
        match self.try_object(block, address).await {
            Ok(()) => Outcome::Done,
            Err(diagnostics) => {
                self.say(diagnostics);
                Outcome::Failed
            }
        }
    }

    async fn try_object(&self, block: &Block<'_>, address: &ResourceInstance) -> Result<(), Diagnostics> {
        let (prior, importing) = self.prior(block, address).await?;
        if self.is_refresh_only() {
            if let Some(prior) = prior {
                self.world.set_object(address, prior.value.clone(), prior.sensitive.clone());
                self.keep(address, block, prior);
            } else {
                self.found().prior.remove_current(address);
            }
            return Ok(());
        }
        let change = self.change(block, address, prior.as_ref(), importing).await;
        match change {
            Ok(change) => {
                self.world.set_object(address, change.after.clone(), change.after_sensitive.clone());
                self.keep_planned(address, block, prior, &change);
                self.found().changes.insert(address.clone(), change);
                self.postconditions(block, address)
            }
            Err(diagnostics) => {
                if let Some(prior) = prior {
                    self.keep(address, block, prior);
                }
                Err(diagnostics)
            }
        }
    }

    /// The object as it is: of the state and looked at, or imported; `None` if there is none.
    async fn prior(&self, block: &Block<'_>, address: &ResourceInstance) -> Result<(Option<Prior>, Option<String>), Diagnostics> {
        let Some(object) = self.before.current(address) else {
            return match self.import_id(address)? {
                Some(id) => {
                    let prior = self.imported(&*block.resource, &block.ty, address, &id).await?;
                    Ok((Some(prior), Some(id)))
                }
                None => Ok((None, None)),
            };
        };
        let prior = self.stored(address, &*block.resource, &block.ty, object).await?;
        let prior = self.refreshed(address, None, &*block.resource, &block.ty, prior).await?;
        Ok((prior, None))
    }

    async fn change(
        &self,
        block: &Block<'_>,
        address: &ResourceInstance,
        prior: Option<&Prior>,
        importing: Option<String>,
    ) -> Result<ResourceChange, Diagnostics> {
        self.preconditions(block, address)?;
        let mut diagnostics = Vec::new();
        let config = self.world.object_config(address, &mut diagnostics);
        let Some(config) = config else { return Err(diagnostics) };
        let validated = hotswap_sdk::validate::resource(&*block.resource, &config.value).await;
        diagnostics.extend(self.world.locate(address, &validated));
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Err(diagnostics);
        }
        self.say(diagnostics);
        let decision = self.decide(block, address, prior, &config).await?;
        let after_sensitive = sensitive_paths(&block.ty.schema, &decision.planned, &config.sensitive);
        let before_sensitive = prior.map(|prior| prior.sensitive.clone()).unwrap_or_default();
        let marks_change = decision.action == Action::NoOp && before_sensitive != after_sensitive;
        let change = ResourceChange {
            address: address.clone(),
            previous: self.moves.previous(address).cloned(),
            deposed: None,
            provider: block.provider.clone(),
            action: if marks_change { Action::Update } else { decision.action },
            reason: decision.reason,
            before: prior.map_or(Value::Null, |prior| prior.value.clone()),
            after: decision.planned,
            before_sensitive,
            after_sensitive,
            replace_paths: decision.replace_paths,
            private: decision.private,
            importing,
            dependencies: block.dependencies.clone(),
            create_before_destroy: block.create_before_destroy,
        };
        if block.config.lifecycle.prevent_destroy
            && matches!(change.action, Action::DeleteThenCreate | Action::CreateThenDelete | Action::Delete)
        {
            return Err(vec![prevented(block.config, address, &change)]);
        }
        Ok(change)
    }

    async fn decide(
        &self,
        block: &Block<'_>,
        address: &ResourceInstance,
        prior: Option<&Prior>,
        config: &ConfigValue,
    ) -> Result<Decision, Diagnostics> {
        let tainted = prior.is_some_and(Prior::is_tainted);
        let as_seen = prior.filter(|_| !tainted);
        let effective = match as_seen {
            Some(prior) => without_ignored(&block.config.lifecycle.ignore_changes, &block.ty.schema, &prior.value, &config.value),
            None => config.value.clone(),
        };
        let private = as_seen.map(|prior| prior.object.private.clone()).unwrap_or_default();
        let first = self.ask(block, address, as_seen.map(|prior| &prior.value), &effective, private).await?;
        let replacing = if block.create_before_destroy { Action::CreateThenDelete } else { Action::DeleteThenCreate };
        let Some(seen) = as_seen else {
            let (action, reason) = if tainted { (replacing, Some(Reason::ReplaceBecauseTainted)) } else { (Action::Create, None) };
            return Ok(Decision { action, reason, ..first });
        };
        let forced = self.forced(block, address)?;
        if forced.is_none() && first.planned == seen.value {
            return Ok(Decision { action: Action::NoOp, replace_paths: Vec::new(), ..first });
        }
        if forced.is_none() && first.replace_paths.is_empty() {
            return Ok(Decision { action: Action::Update, ..first });
        }
        // What takes its place starts from nothing: only then is it known which values will be new.
        let second = self.ask(block, address, None, &config.value, first.private).await?;
        let reason = forced.unwrap_or(Reason::ReplaceBecauseCannotUpdate);
        Ok(Decision { action: replacing, reason: Some(reason), replace_paths: first.replace_paths, ..second })
    }

    /// Whether the object is to be replaced whatever the provider says, and why.
    fn forced(&self, block: &Block<'_>, address: &ResourceInstance) -> Result<Option<Reason>, Diagnostics> {
        if self.options.replace.contains(address) {
            return Ok(Some(Reason::ReplaceByRequest));
        }
        Ok(self.triggered(block.config, address)?.then_some(Reason::ReplaceByTriggers))
    }

    /// Asks the provider for a plan, and refuses one that no provider may make.
    async fn ask(
        &self,
        block: &Block<'_>,
        address: &ResourceInstance,
        prior: Option<&Value>,
        config: &Value,
        private: Vec<u8>,
    ) -> Result<Decision, Diagnostics> {
        let permit = self.plans.acquire().await;
        let request = ChangeRequest { prior: prior.cloned(), config: config.clone(), private };
        let response = resource_change(&*block.resource, request).await;
        drop(permit);
        let told = self.world.locate(address, &response.diagnostics);
        if response.diagnostics.has_errors() {
            return Err(told);
        }
        self.say(told);
        let faults = check_planned(&block.ty.schema, prior, config, &response.planned);
        if !faults.is_empty() {
            let told = faults.into_iter().map(|fault| fault.for_object(address).within(block.config.header).at(block.config.header));
            return Err(told.collect());
        }
        Ok(Decision {
            action: Action::NoOp,
            reason: None,
            planned: response.planned,
            replace_paths: response.requires_replace,
            private: response.private,
        })
    }

    fn preconditions(&self, block: &Block<'_>, address: &ResourceInstance) -> Result<(), Diagnostics> {
        let rules = &block.config.lifecycle.preconditions;
        if rules.is_empty() {
            return Ok(());
        }
        let Some(scope) = self.world.object_scope(address) else { return Ok(()) };
        let mut findings = Findings::default();
        let passed = findings.check(&address.to_string(), rules, "Precondition of resource failed", Severity::Error, &scope);
        self.conclude(findings, passed)
    }

    fn postconditions(&self, block: &Block<'_>, address: &ResourceInstance) -> Result<(), Diagnostics> {
        let rules = &block.config.lifecycle.postconditions;
        if rules.is_empty() {
            return Ok(());
        }
        let Some(scope) = self.world.self_scope(address) else { return Ok(()) };
        let mut findings = Findings::default();
        let passed = findings.check(&address.to_string(), rules, "Postcondition of resource failed", Severity::Error, &scope);
        self.conclude(findings, passed)
    }

    pub(super) fn conclude(&self, findings: Findings, passed: bool) -> Result<(), Diagnostics> {
        self.found().findings.checks.extend(findings.checks);
        if passed {
            self.say(findings.diagnostics);
            return Ok(());
        }
        Err(findings.diagnostics)
    }

    /// What the state before the changes has of an object that could be planned.
    fn keep_planned(&self, address: &ResourceInstance, block: &Block<'_>, prior: Option<Prior>, change: &ResourceChange) {
        let Some(mut prior) = prior else {
            self.found().prior.remove_current(address);
            return;
        };
        if change.action == Action::NoOp {
            // Nothing will be applied that could write them.
            prior.object.dependencies.clone_from(&block.dependencies);
        } else if change.importing.is_none() {
            // What is imported has none until it was applied.
            let mut dependencies = block.dependencies.clone();
            dependencies.extend(prior.object.dependencies);
            dependencies.sort_by_cached_key(ToString::to_string);
            dependencies.dedup();
            prior.object.dependencies = dependencies;
        }
        prior.object.create_before_destroy = block.create_before_destroy;
        self.keep(address, block, prior);
    }

    fn keep(&self, address: &ResourceInstance, block: &Block<'_>, prior: Prior) {
        self.found().prior.set_current(address, &block.provider, prior.object);
    }
}

impl crate::World<'_> {
    /// What the postconditions of an object see: it is `self`.
    pub fn self_scope(&self, address: &ResourceInstance) -> Option<impl Scope + '_> {
        let object: Val = self.object_value(address)?;
        Some(self.object_scope(address)?.with_self(object))
    }
}

/// The error for a plan that would destroy what must not be.
pub(super) fn prevented(config: &hotswap_lang::config::Resource, address: &ResourceInstance, change: &ResourceChange) -> Diagnostic {
    let why = match change.action {
        Action::Delete => "The plan would destroy it".to_owned(),
        _ if change.replace_paths.is_empty() => "The plan would replace it".to_owned(),
        _ => {
            let paths: Vec<String> = change.replace_paths.iter().map(ToString::to_string).collect();
            format!("The plan would replace it, because {} can't be changed in place", paths.join(" and "))
        }
    };
    let detail = format!(
        "{why}, and its block has lifecycle.prevent_destroy set. Take that out if it may be destroyed, or change the configuration so \
         that it stays; -target leaves it out of a plan."
    );
    let range = config.lifecycle.prevent_destroy_range.unwrap_or(config.header);
    Diagnostic::error(format!("{address} must not be destroyed"), detail).at(range).within(config.header).for_object(address)
}
