//! Destroying an object, and reading a data source that could not be read while planning.

use hotswap_lang::{Diagnostic, Diagnostics};
use hotswap_plan::{Action, Findings, ResourceChange};
use hotswap_sdk::{apply, apply::ApplyRequest, state};
use hotswap_state::Object;
use hotswap_value::Value;

use crate::{
    consistent,
    journal::{Act, Intent},
    make::bug,
    schedule::End,
    work::{Running, Work},
};

impl Work<'_> {
    /// Destroys an object: the one in use, or a left-over of a replacement.
    pub(crate) async fn destroy(&self, change: &ResourceChange, diagnostics: &mut Diagnostics) -> End {
        let Some(running) = self.begin(change, Action::Delete).await else { return End::Failed };
        self.ended(&running, self.try_to_destroy(change, &running, diagnostics).await, diagnostics)
    }

    /// Reads a data source.
    pub(crate) async fn read(&self, change: &ResourceChange, findings: &mut Findings) -> End {
        let Some(running) = self.begin(change, Action::Read).await else { return End::Failed };
        let read = self.try_to_read(change, findings).await;
        self.ended(&running, read, &mut findings.diagnostics)
    }

    /// Tells how a change ended: with the object as it is now, with errors told already, or with one more.
    pub(crate) fn ended(&self, running: &Running, result: Result<Option<Value>, Box<Diagnostic>>, diagnostics: &mut Diagnostics) -> End {
        match result {
            Ok(Some(object)) => {
                running.finished(object);
                return End::Done;
            }
            Ok(None) => {}
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
        running.failed();
        End::Failed
    }

    async fn try_to_destroy(
        &self,
        change: &ResourceChange,
        running: &Running,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Value>, Box<Diagnostic>> {
        let (address, ty) = self.provider(change)?;
        let Some(resource) = self.world.providers().resource(&address, &change.address.resource.ty) else {
            let detail = format!("The provider {address} was not configured, so the object was not destroyed.");
            return Err(Box::new(Diagnostic::error("Provider is not configured", detail).for_object(&change.address)));
        };
        let intent = Intent {
            number: 0,
            address: change.address.clone(),
            provider: change.provider.clone(),
            act: Act::Delete { deposed: change.deposed.clone() },
            key: String::new(),
            planned: None,
            config: None,
            private: None,
            dependencies: Vec::new(),
            create_before_destroy: false,
        };
        let (number, operation) = self.intend(intent, running).await?;
        let request = ApplyRequest {
            prior: Some(change.before.clone()),
            planned: None,
            config: Value::Null,
            private: change.private.clone(),
            operation,
        };
        let response = apply::resource_change(resource.as_ref(), request).await;
        diagnostics.extend(self.world.locate(&change.address, &response.diagnostics));
        let Some(left) = response.state else {
            self.conclude(number, change, None, resource.is_written_at_once())?;
            return Ok(Some(Value::Null));
        };
        let kept = self.kept(change, &left, ty, change.before_sensitive.clone(), response.private)?;
        self.conclude(number, change, Some(kept), false)?;
        Ok(None)
    }

    async fn try_to_read(&self, change: &ResourceChange, findings: &mut Findings) -> Result<Option<Value>, Box<Diagnostic>> {
        let (address, ty) = self.provider(change)?;
        let Some(source) = self.world.providers().data_source(&address, &change.address.resource.ty) else {
            let detail = format!("The provider {address} was not configured, so the data source was not read.");
            return Err(Box::new(Diagnostic::error("Provider is not configured", detail).for_object(&change.address)));
        };
        let Some(config) = self.world.object_config(&change.address, &mut findings.diagnostics) else { return Ok(None) };
        if let Some(path) = consistent::unknown(&config.value) {
            return Err(Box::new(bug(change, "is asked about something that is still not known", Some(path))));
        }
        let response = state::read_data_source(source.as_ref(), config.value).await;
        findings.diagnostics.extend(self.world.locate(&change.address, &response.diagnostics));
        if response.diagnostics.has_errors() {
            return Ok(None);
        }
        let kept = self.kept(change, &response.state, ty, change.after_sensitive.clone(), Vec::new())?;
        // What data depends on is not kept: it is never destroyed, so nothing needs an order.
        let kept = Object { dependencies: Vec::new(), ..kept };
        self.keeper.change(None, false, |state| state.set_current(&change.address, &change.provider, kept));
        self.world.set_object(&change.address, response.state.clone(), change.after_sensitive.clone());
        Ok(self.world.postconditions_hold(&change.address, findings).then_some(response.state))
    }
}
