//! How an apply is shown while it goes on: a line when something begins, one every ten seconds, and one when it is done; on a
//! terminal a bar for each rollout besides.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hotswap_apply::{Event, EventKind};
use hotswap_plan::Action;
use hotswap_plan::render::json::events;
use hotswap_sdk::Progress as Step;
use hotswap_value::Value;
use hotswap_value::address::ResourceInstance;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::clock::told;
use crate::view::View;

/// Something that takes long is told of this often.
const STILL: Duration = Duration::from_secs(10);

/// Shows an apply while it goes on.
pub(super) struct Progress {
    view: View,
    /// On a terminal.
    bars: Option<MultiProgress>,
    running: Mutex<BTreeMap<Key, Running>>,
}

/// An operation: an object, which left-over of it, and whether it is destroyed.
type Key = (ResourceInstance, Option<String>, bool);

struct Running {
    action: Action,
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

    /// Tells of what takes long, until it is dropped.
    pub(super) async fn tick(&self) -> Infallible {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        loop {
            second.tick().await;
            for ((address, deposed, _), running) in self.running().iter_mut() {
                let elapsed = running.began.elapsed();
                if elapsed >= STILL * (running.told + 1) {
                    running.told += 1;
                    self.still(address, deposed.as_deref(), running, STILL * running.told);
                }
            }
        }
    }

    /// Shows an event.
    pub(super) fn see(&self, event: Event) {
        let Event { address, deposed, action, kind } = event;
        let key = (address, deposed, action == Action::Delete);
        match kind {
            EventKind::Started(object) => self.started(key, action, &object),
            EventKind::Progress(Step::Waiting) => {}
            EventKind::Progress(Step::Step { message, percent }) => self.step(&key, message, percent),
            EventKind::Finished { object, elapsed } => self.finished(&key, action, &object, elapsed),
            EventKind::Failed { elapsed } => self.failed(&key, action, elapsed),
        }
    }

    fn started(&self, key: Key, action: Action, object: &Value) {
        let is_there = action != Action::Create && action != Action::Read;
        let id = if is_there { id(object) } else { String::new() };
        if self.view.is_for_programs() {
            self.view.event(&events::apply_start(&key.0, action, events::identity(object).filter(|_| is_there)));
        } else {
            self.line(&key.0, key.1.as_deref(), &format!("{}...{id}", words(action).begins));
        }
        let running = Running { action, id, began: Instant::now(), told: 0, last_step: String::new(), bar: None };
        self.running().insert(key, running);
    }

    fn still(&self, address: &ResourceInstance, deposed: Option<&str>, running: &Running, elapsed: Duration) {
        if self.view.is_for_programs() {
            self.view.event(&events::apply_progress(address, running.action, elapsed));
        } else if running.bar.is_none() {
            let id = running.id.trim_start_matches(" [").trim_end_matches(']');
            let id = if id.is_empty() { String::new() } else { format!("{id}, ") };
            self.line(address, deposed, &format!("Still {}... [{id}{} elapsed]", words(running.action).goes_on, told(elapsed)));
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

    fn finished(&self, key: &Key, action: Action, object: &Value, elapsed: Duration) {
        self.end(key);
        if self.view.is_for_programs() {
            self.view.event(&events::apply_complete(&key.0, action, events::identity(object), elapsed));
        } else {
            let id = if action == Action::Delete { String::new() } else { id(object) };
            self.line(&key.0, key.1.as_deref(), &format!("{} after {}{id}", words(action).ended, told(elapsed)));
        }
    }

    fn failed(&self, key: &Key, action: Action, elapsed: Duration) {
        self.end(key);
        if self.view.is_for_programs() {
            self.view.event(&events::apply_errored(&key.0, action, elapsed));
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

    fn running(&self) -> MutexGuard<'_, BTreeMap<Key, Running>> {
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

/// What is said of an action as it begins, goes on and ends.
struct Words {
    begins: &'static str,
    goes_on: &'static str,
    ended: &'static str,
}

fn words(action: Action) -> Words {
    let (begins, goes_on, ended) = match action {
        Action::Update => ("Modifying", "modifying", "Modifications complete"),
        Action::Delete => ("Destroying", "destroying", "Destruction complete"),
        Action::Read => ("Reading", "reading", "Read complete"),
        _ => ("Creating", "creating", "Creation complete"),
    };
    Words { begins, goes_on, ended }
}
