//! What a plan and an apply tell while they go on. How it looks is the command line's business.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use hotswap_sdk::Progress;
use hotswap_value::{Value, address::ResourceInstance};

use crate::Action;

/// Something that happened to an object.
#[derive(Debug, Clone)]
pub struct Event {
    /// The object.
    pub address: ResourceInstance,
    /// Which left-over of a replacement it is, if it is one.
    pub deposed: Option<String>,
    /// What is done.
    pub act: Act,
    /// What happened.
    pub kind: EventKind,
}

/// What is done to an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Act {
    /// A change: `Create`, `Update` or `Delete`; a replacement is a `Delete` and a `Create`. Or the `Read` of a data source.
    Change(Action),
    /// It is looked at afresh, before it is planned.
    Refresh,
    /// It is looked for under this id, to be taken under management.
    Import(String),
    /// It is opened, for this run.
    Open,
    /// It is kept open.
    Renew,
    /// It is closed.
    Close,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum EventKind {
    /// It was begun. The object as it was, or as it is planned where there was none; null for what is only open for a run.
    Started(Value),
    /// The provider tells how far it is.
    Progress(Progress),
    /// It is done: the object as it is now, null if there is none any more, or if it is only open for a run.
    Finished {
        /// The object.
        object: Value,
        /// How long it took.
        elapsed: Duration,
    },
    /// It failed. Why is among the diagnostics.
    Failed {
        /// How long it took.
        elapsed: Duration,
    },
    /// It was not begun: what it needs is only known while applying.
    Deferred,
}

/// Who is told of events. Clones tell the same.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(Event) + Send + Sync>);

impl Observer {
    /// Tells `see`.
    pub fn new(see: impl Fn(Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(see))
    }

    /// Tells of an event.
    pub fn tell(&self, event: Event) {
        (self.0)(event);
    }

    /// Tells that something begins. What was begun is told to end by [`Underway`].
    pub fn begin(&self, address: &ResourceInstance, deposed: Option<&str>, act: Act, object: Value) -> Underway {
        let underway = Underway {
            observer: self.clone(),
            address: address.clone(),
            deposed: deposed.map(ToOwned::to_owned),
            act,
            begun: Instant::now(),
        };
        underway.tell(EventKind::Started(object));
        underway
    }
}

/// Nobody is told.
impl Default for Observer {
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

/// Something that was begun.
#[derive(Debug, Clone)]
pub struct Underway {
    observer: Observer,
    address: ResourceInstance,
    deposed: Option<String>,
    act: Act,
    begun: Instant,
}

impl Underway {
    /// Tells that it is done, with the object as it is now.
    pub fn finished(&self, object: Value) {
        self.tell(EventKind::Finished { object, elapsed: self.begun.elapsed() });
    }

    /// Tells that it failed.
    pub fn failed(&self) {
        self.tell(EventKind::Failed { elapsed: self.begun.elapsed() });
    }

    /// Tells how far it is.
    pub fn progress(&self, progress: Progress) {
        self.tell(EventKind::Progress(progress));
    }

    fn tell(&self, kind: EventKind) {
        let Self { observer, address, deposed, act, .. } = self;
        observer.tell(Event { address: address.clone(), deposed: deposed.clone(), act: act.clone(), kind });
    }
}
