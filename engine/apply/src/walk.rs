//! The walk: everything a plan asks for, each thing as soon as what it waits for is done.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use hotswap_lang::{Diagnostic, Diagnostics};
use hotswap_plan::{Action, Findings, Mode, Node, Outcome, ResourceChange};
use hotswap_value::address::{ResourceBlock, ResourceInstance, ResourceMode};

use crate::{
    order::Item,
    schedule::{End, Id, Schedule},
    work::Work,
};

/// What became of a walk.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    pub(crate) findings: Findings,
    /// Changes that were not begun: what they wait for failed, or the user wanted to stop.
    pub(crate) skipped: usize,
    pub(crate) done: Vec<(usize, Part)>,
}

/// Which part of a change was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Made,
    Destroyed,
    Forgotten,
}

/// How one thing ended.
struct Ended {
    id: Id,
    end: End,
    findings: Findings,
}

pub(crate) struct Walk<'w, 'p> {
    work: &'w Work<'p>,
    /// Which changes there are to a block's objects.
    by_address: BTreeMap<ResourceInstance, usize>,
    /// The keys under which objects wait that are replaced creation first.
    deposed: Mutex<BTreeMap<usize, String>>,
}

impl<'w, 'p> Walk<'w, 'p> {
    pub(crate) fn new(work: &'w Work<'p>) -> Self {
        let current = work.plan.changes.iter().enumerate().filter(|(_, change)| change.deposed.is_none());
        let by_address = current.map(|(index, change)| (change.address.clone(), index)).collect();
        Self { work, by_address, deposed: Mutex::default() }
    }

    /// Goes through the schedule to its end. `keep` writes the state when that is due; it is called between other things.
    pub(crate) async fn run(&self, mut schedule: Schedule<Item<'_>>) -> Walked {
        let mut walked = Walked::default();
        let mut running = FuturesUnordered::new();
        let mut ready = schedule.first();
        ready.reverse();
        let mut keeping: Option<tokio::task::JoinHandle<_>> = None;
        let mut told = false;
        loop {
            while let Some(id) = ready.pop() {
                running.push(self.one(id, *schedule.get(id)));
            }
            if running.is_empty() {
                break;
            }
            if keeping.is_none() && self.work.keeper.is_due() {
                let keeper = Arc::clone(&self.work.keeper);
                keeping = Some(tokio::task::spawn_blocking(move || keeper.write()));
            }
            let due = self.work.keeper.due_in().filter(|_| keeping.is_none());
            tokio::select! {
                Some(ended) = running.next() => {
                    let Ended { id, end, findings } = ended;
                    walked.findings.extend(findings);
                    if end == End::Done {
                        walked.done.extend(part(*schedule.get(id)));
                    }
                    let (now, never) = schedule.end(id, end);
                    walked.skipped += never.iter().filter(|id| part(*schedule.get(**id)).is_some()).count();
                    ready.extend(now.into_iter().rev());
                }
                kept = wait(&mut keeping), if keeping.is_some() => {
                    keeping = None;
                    if let Err(problem) = kept {
                        walked.findings.diagnostics.extend(unwritten(&mut told, &problem));
                    }
                }
                () = sleep(due), if due.is_some() => {}
            }
        }
        if let Some(keeping) = keeping {
            let _ = keeping.await;
        }
        if schedule.left() > 0 {
            walked.findings.diagnostics.push(Diagnostic::error(
                "The changes wait for each other",
                format!(
                    "{} things could not be done, since each waits for another of them. Apply in two steps: first what is destroyed, with \
                     -target, then the rest.",
                    schedule.left()
                ),
            ));
        }
        walked
    }

    fn one<'a>(&'a self, id: Id, item: Item<'a>) -> BoxFuture<'a, Ended> {
        Box::pin(async move {
            let mut findings = Findings::default();
            let end = self.item(item, &mut findings).await;
            Ended { id, end, findings }
        })
    }

    async fn item(&self, item: Item<'_>, findings: &mut Findings) -> End {
        let change = |index: usize| &self.work.plan.changes[index];
        match item {
            Item::Gate => End::Done,
            Item::Block(node) => self.block(node, findings).await,
            Item::Make(index) => self.make(index, change(index), findings).await,
            Item::Destroy(index) => self.destroy(index, change(index), &mut findings.diagnostics).await,
            Item::Forget(index) => {
                self.work.keeper.change(None, false, |state| drop(state.remove_current(&change(index).address)));
                End::Done
            }
        }
    }

    async fn block(&self, node: &Node, findings: &mut Findings) -> End {
        let world = &self.work.world;
        match node {
            Node::Resource(block) if block.resource.mode == ResourceMode::Ephemeral => {
                return match world.open(block, &self.work.open, findings).await {
                    Outcome::Done => End::Done,
                    Outcome::Failed => End::Failed,
                };
            }
            Node::Resource(block) => return self.resource(block, &mut findings.diagnostics),
            Node::Provider(address) => {
                let Some(config) = world.provider_config(address, &mut findings.diagnostics) else { return End::Failed };
                let said = world.providers().configure(address, config).await;
                findings.diagnostics.extend(world.locate_provider(address, &said));
                return if said.has_errors() { End::Failed } else { End::Done };
            }
            _ => {}
        }
        let mut found = Findings::default();
        world.evaluate(node, &mut found);
        let end = if found.has_errors() { End::Failed } else { End::Done };
        findings.extend(found);
        end
    }

    /// Finds out how many objects a block stands for, and takes over those that stay as they are.
    fn resource(&self, block: &ResourceBlock, diagnostics: &mut Diagnostics) -> End {
        let world = &self.work.world;
        if self.work.plan.mode == Mode::Destroy {
            world.take_over_block(&self.work.plan.prior, block);
            return End::Done;
        }
        let Some(objects) = world.expand(block, diagnostics) else { return End::Failed };
        objects.into_iter().for_each(|object| self.take_over(object));
        End::Done
    }

    fn take_over(&self, address: ResourceInstance) {
        let work = self.work;
        match self.by_address.get(&address).map(|index| &work.plan.changes[*index]) {
            Some(change) if change.action == Action::NoOp => {
                work.world.set_object(&address, change.after.clone(), change.after_sensitive.clone());
            }
            Some(_) => {}
            None => work.world.take_over(&work.plan.prior, &address),
        }
    }

    async fn make(&self, index: usize, change: &ResourceChange, findings: &mut Findings) -> End {
        if change.action == Action::Read {
            return self.work.read(change, findings).await;
        }
        if change.action != Action::CreateThenDelete {
            return self.work.make(change, findings).await;
        }
        let key = self.work.keeper.change(None, false, |state| state.depose(&change.address));
        if let Some(key) = &key {
            self.deposed.lock().unwrap_or_else(PoisonError::into_inner).insert(index, key.clone());
        }
        let end = self.work.make(change, findings).await;
        if let (End::Failed, Some(key)) = (end, key) {
            // Nothing took its place: what was there is in use as before.
            self.work.keeper.change(None, true, |state| {
                if state.current(&change.address).is_none()
                    && let Some(object) = state.remove_deposed(&change.address, &key)
                {
                    state.set_current(&change.address, &change.provider, object);
                }
            });
        }
        end
    }

    async fn destroy(&self, index: usize, change: &ResourceChange, diagnostics: &mut Diagnostics) -> End {
        let deposed = self.deposed.lock().unwrap_or_else(PoisonError::into_inner).get(&index).cloned();
        match deposed {
            Some(key) => self.work.destroy(&ResourceChange { deposed: Some(key), ..change.clone() }, diagnostics).await,
            None => self.work.destroy(change, diagnostics).await,
        }
    }
}

fn part(item: Item<'_>) -> Option<(usize, Part)> {
    match item {
        Item::Make(index) => Some((index, Part::Made)),
        Item::Destroy(index) => Some((index, Part::Destroyed)),
        Item::Forget(index) => Some((index, Part::Forgotten)),
        Item::Block(_) | Item::Gate => None,
    }
}

/// The end of a write of the state.
async fn wait<E: std::fmt::Display>(keeping: &mut Option<tokio::task::JoinHandle<Result<(), E>>>) -> Result<(), String> {
    match keeping {
        Some(keeping) => match keeping.await {
            Ok(kept) => kept.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        },
        None => Ok(()),
    }
}

/// What is said of a write of the state that failed on the way, the first time.
fn unwritten(told: &mut bool, problem: &str) -> Option<Diagnostic> {
    let detail = format!(
        "{problem}. It was to be written while the apply went on. What was done is in the journal beside it; the state is written again later, \
         and at the end."
    );
    (!std::mem::replace(told, true)).then(|| Diagnostic::warning("The state was not written meanwhile", detail))
}

async fn sleep(duration: Option<std::time::Duration>) {
    if let Some(duration) = duration {
        tokio::time::sleep(duration).await;
    }
}
