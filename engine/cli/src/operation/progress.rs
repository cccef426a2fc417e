//! How a plan and an apply are shown while they go on: a line when something begins, one every ten seconds, and one when it is done;
//! on a terminal a bar for each rollout besides.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hotswap_plan::render::json::events::{self, EphemeralAct};
use hotswap_plan::{Act, Action, Event, EventKind, Observer};
use hotswap_sdk::Progress as Step;
use hotswap_value::Value;
use hotswap_value::address::ResourceInstance;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::clock::told;
use crate::view::View;

/// Something that takes long is told of this often.
const STILL: Duration = Duration::from_secs(10);

/// Shows a plan or an apply while it goes on.
pub(super) struct Progress {
    view: View,
    /// On a terminal.
    bars: Option<MultiProgress>,
    running: Mutex<HashMap<Key, Running>>,
}

/// An operation: an object, which left-over of it, and what is done to it.
type Key = (ResourceInstance, Option<String>, Act);

struct Running {
    /// ` [id=…]` of what is there already.
    id: String,
    began: Instant,
    /// How often it was told that it still goes on.
    told: u32,
    last_step: String,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn new(view: &View) -> Arc<Self> {
        let live = view.is_live() && !view.is_for_programs();
        let bars = live.then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stdout()));
        Arc::new(Self { view: view.clone(), bars, running: Mutex::default() })
    }

    /// Who shows what happens.
    pub(super) fn observer(self: &Arc<Self>) -> Observer {
        let progress = Arc::clone(self);
        Observer::new(move |event| progress.see(event))
    }

    /// Tells of what takes long, until it is dropped.
    pub(super) async fn tick(&self) -> Infallible {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        loop {
            second.tick().await;
            for ((address, deposed, act), running) in self.running().iter_mut() {
                let elapsed = running.began.elapsed();
                if elapsed >= STILL * (running.told + 1) {
                    running.told += 1;
                    self.still(address, deposed.as_deref(), act, running, STILL * running.told);
                }
            }
        }
    }

    /// Shows an event.
    fn see(&self, event: Event) {
        let Event { address, deposed, act, kind } = event;
        let key = (address, deposed, act);
        match kind {
            EventKind::Started(object) => self.started(key, &object),
            EventKind::Progress(Step::Waiting) => {}
            EventKind::Progress(Step::Step { message, percent }) => self.step(&key, message, percent),
            EventKind::Finished { object, elapsed } => self.finished(&key, &object, elapsed),
            EventKind::Failed { elapsed } => self.failed(&key, elapsed),
            EventKind::Deferred => self.deferred(&key),
        }
    }

    fn started(&self, key: Key, object: &Value) {
        let (address, deposed, act) = &key;
        let is_there = !matches!(act, Act::Change(Action::Create | Action::Read));
        let id = if is_there { id(object) } else { String::new() };
        if self.view.is_for_programs() {
            let identity = events::identity(object).filter(|_| is_there);
            match told_as(act) {
                Told::Change(action) => self.view.event(&events::apply_start(address, action, identity)),
                Told::Ephemeral(act) => self.view.event(&events::ephemeral_start(address, act)),
                Told::Refresh => self.view.event(&events::refresh_start(address, identity)),
                Told::Import => {}
            }
        } else {
            let id = if let Act::Import(id) = act { format!(" [id={id}]") } else { id.clone() };
            self.line(address, deposed.as_deref(), &format!("{}...{id}", words(act).begins));
        }
        if !matches!(act, Act::Refresh | Act::Import(_)) {
            let running = Running { id, began: Instant::now(), told: 0, last_step: String::new(), bar: None };
            self.running().insert(key, running);
        }
    }

    /// What an ephemeral resource is opened with is not known yet.
    fn deferred(&self, key: &Key) {
        if !self.view.is_for_programs() {
            self.line(&key.0, None, "Configuration unknown, deferring...");
        }
    }

    fn still(&self, address: &ResourceInstance, deposed: Option<&str>, act: &Act, running: &Running, elapsed: Duration) {
        if self.view.is_for_programs() {
            match told_as(act) {
                Told::Change(action) => self.view.event(&events::apply_progress(address, action, elapsed)),
                Told::Ephemeral(act) => self.view.event(&events::ephemeral_progress(address, act, elapsed)),
                Told::Refresh | Told::Import => {}
            }
        } else if running.bar.is_none() {
            let id = running.id.trim_start_matches(" [").trim_end_matches(']');
            let id = if id.is_empty() { String::new() } else { format!("{id}, ") };
            self.line(address, deposed, &format!("Still {}... [{id}{} elapsed]", words(act).goes_on, told(elapsed)));
        }
    }

    fn step(&self, key: &Key, message: String, percent: Option<u8>) {
        if self.view.is_for_programs() {
            return;
        }
        let mut running = self.running();
        let Some(running) = running.get_mut(key) else { return };
        if let (Some(bars), Some(percent)) = (&self.bars, percent) {
            let bar = running.bar.get_or_insert_with(|| bars.add(bar(&key.0)));
            bar.set_position(percent.into());
            bar.set_message(message);
        } else if running.last_step != message {
            self.line(&key.0, key.1.as_deref(), &message);
            running.last_step = message;
        }
    }

    fn finished(&self, key: &Key, object: &Value, elapsed: Duration) {
        self.end(key);
        let (address, deposed, act) = key;
        if self.view.is_for_programs() {
            match told_as(act) {
                Told::Change(action) => self.view.event(&events::apply_complete(address, action, events::identity(object), elapsed)),
                Told::Ephemeral(act) => self.view.event(&events::ephemeral_complete(address, act, elapsed)),
                Told::Refresh => self.view.event(&events::refresh_complete(address, events::identity(object))),
                Told::Import => {}
            }
        } else if !matches!(act, Act::Refresh | Act::Import(_)) {
            let id = if *act == Act::Change(Action::Delete) { String::new() } else { id(object) };
            self.line(address, deposed.as_deref(), &format!("{} after {}{id}", words(act).ended, told(elapsed)));
        }
    }

    fn failed(&self, key: &Key, elapsed: Duration) {
        self.end(key);
        if self.view.is_for_programs() {
            match told_as(&key.2) {
                Told::Change(action) => self.view.event(&events::apply_errored(&key.0, action, elapsed)),
                Told::Ephemeral(act) => self.view.event(&events::ephemeral_errored(&key.0, act, elapsed)),
                Told::Refresh | Told::Import => {}
            }
        }
    }

    fn end(&self, key: &Key) {
        if let Some(bar) = self.running().remove(key).and_then(|running| running.bar) {
            bar.finish_and_clear();
        }
    }

    /// A line about an object, above all bars.
    fn line(&self, address: &ResourceInstance, deposed: Option<&str>, text: &str) {
        let deposed = deposed.map(|key| format!(" (deposed object {key})")).unwrap_or_default();
        let line = self.view.bold(&format!("{address}{deposed}: {text}"));
        match &self.bars {
            Some(bars) => bars.suspend(|| self.view.line(&line)),
            None => self.view.line(&line),
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<Key, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bar(address: &ResourceInstance) -> ProgressBar {
    let bar = ProgressBar::new(100).with_prefix(address.to_string());
    // Without the template the bar looks different, nothing else.
    if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:24} {elapsed:>4} {wide_msg}") {
        bar.set_style(style.progress_chars("━━╌"));
    }
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}

fn id(object: &Value) -> String {
    events::identity(object).map(|identity| format!(" [{}={}]", identity.key, identity.value)).unwrap_or_default()
}

/// Which events tell of it.
enum Told {
    Change(Action),
    Ephemeral(EphemeralAct),
    Refresh,
    Import,
}

fn told_as(act: &Act) -> Told {
    match act {
        Act::Change(action) => Told::Change(*action),
        Act::Open => Told::Ephemeral(EphemeralAct::Open),
        Act::Renew => Told::Ephemeral(EphemeralAct::Renew),
        Act::Close => Told::Ephemeral(EphemeralAct::Close),
        Act::Refresh => Told::Refresh,
        Act::Import(_) => Told::Import,
    }
}

/// What is said of an action as it begins, goes on and ends.
struct Words {
    begins: &'static str,
    goes_on: &'static str,
    ended: &'static str,
}

fn words(act: &Act) -> Words {
    let (begins, goes_on, ended) = match act {
        Act::Change(Action::Update) => ("Modifying", "modifying", "Modifications complete"),
        Act::Change(Action::Delete) => ("Destroying", "destroying", "Destruction complete"),
        Act::Change(Action::Read) => ("Reading", "reading", "Read complete"),
        Act::Change(_) => ("Creating", "creating", "Creation complete"),
        Act::Refresh => ("Refreshing state", "refreshing state", "Refresh complete"),
        Act::Import(_) => ("Preparing import", "preparing import", "Import prepared"),
        Act::Open => ("Opening", "opening", "Opening complete"),
        Act::Renew => ("Renewing", "renewing", "Renewal complete"),
        Act::Close => ("Closing", "closing", "Closing complete"),
    };
    Words { begins, goes_on, ended }
}
