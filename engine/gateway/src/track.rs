//! One request from the choice of its revision to the last byte of its answer: it is counted once, and its slot is
//! held that long, whatever becomes of it.

use std::sync::Arc;
use std::time::Instant;

use hotswap_runtime::{Fault, SlotGuard};
use http::StatusCode;

use crate::RevisionGroup;
use crate::signals::PluginError;
use crate::table::{Deployment, Dropped};

/// A request on its way. If it is dropped before it was counted, its client went away.
pub(crate) struct Ongoing {
    pub(crate) group: Arc<RevisionGroup>,
    deployment: Arc<Deployment>,
    slot: Option<SlotGuard>,
    arrived: Instant,
    entered: Instant,
    counted: bool,
    /// Whether it was counted as a plugin error.
    failed: bool,
    /// Whether it is left out of what is judged.
    aside: bool,
}

impl Ongoing {
    pub(crate) fn new(group: Arc<RevisionGroup>, deployment: Arc<Deployment>, arrived: Instant, aside: bool) -> Self {
        Self { group, deployment, slot: None, arrived, entered: arrived, counted: false, failed: false, aside }
    }

    /// It was given a slot.
    pub(crate) fn enter(&mut self, slot: SlotGuard) {
        self.slot = Some(slot);
        self.entered = Instant::now();
    }

    /// It goes to another revision, which counts it.
    pub(crate) fn let_go(mut self) {
        self.counted = true;
    }

    /// The head of the plugin's response is there.
    pub(crate) fn answered(&mut self, status: StatusCode) {
        self.ended(status.is_server_error().then_some(PluginError::Status));
    }

    /// There will be no response, because of the plugin or of us.
    pub(crate) fn failed(&mut self, fault: &Fault) {
        match PluginError::of(fault) {
            Some(error) => self.ended(Some(error)),
            None => self.drop_for(dropped_by(fault)),
        }
    }

    /// The response ended before it was whole. Its head was counted; if it broke off because of the client, that is all.
    pub(crate) fn broke_off(&mut self, fault: &Fault) {
        match PluginError::of(fault) {
            Some(_) if self.failed => {}
            Some(error) => {
                self.failed = true;
                self.group.signals.failed(error, self.aside);
            }
            None if fault.is_ours() => self.drop_for(dropped_by(fault)),
            None => {}
        }
    }

    /// It fails because of us.
    pub(crate) fn drop_for(&mut self, reason: Dropped) {
        self.counted = true;
        self.group.signals.dropped();
        self.deployment.drop_one(reason);
    }

    /// It fails because of its client.
    pub(crate) fn client_failed(&mut self) {
        self.counted = true;
        self.group.signals.client_error();
    }

    fn ended(&mut self, error: Option<PluginError>) {
        self.counted = true;
        self.failed = error.is_some();
        let now = Instant::now();
        self.group.signals.answered(now - self.entered, error, self.aside);
        self.group.signals.seconds.record(now - self.arrived);
    }
}

fn dropped_by(fault: &Fault) -> Dropped {
    match fault {
        Fault::Overloaded { .. } => Dropped::Sandboxes,
        _ => Dropped::Internal,
    }
}

impl Drop for Ongoing {
    fn drop(&mut self) {
        if self.counted {
            return;
        }
        if std::thread::panicking() {
            self.drop_for(Dropped::Internal);
        } else {
            self.group.signals.cancelled();
        }
    }
}
