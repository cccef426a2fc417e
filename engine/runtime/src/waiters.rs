//! Who waits for a slot, in the order they came. Which slot is free for whom is the pool's.

use std::collections::BTreeMap;

use tokio::sync::oneshot;

use crate::SlotGuard;

/// A slot and whom it is for.
pub(crate) type Grant = (oneshot::Sender<SlotGuard>, SlotGuard);

/// The queue.
#[derive(Default)]
pub(crate) struct Waiters {
    queue: BTreeMap<u64, Waiter>,
    next: u64,
    /// Those whose future is alive: those handed a slot but not yet woken are among them, though not in the queue.
    alive: usize,
}

struct Waiter {
    /// Only this slot will do.
    only: Option<usize>,
    give: oneshot::Sender<SlotGuard>,
}

impl Waiters {
    /// How many wait, those handed a slot but not yet woken included.
    pub(crate) fn count(&self) -> usize {
        self.alive
    }

    /// Adds one at the end: its number, and where its slot comes to. It must [`Self::leave`].
    pub(crate) fn join(&mut self, only: Option<usize>) -> (u64, oneshot::Receiver<SlotGuard>) {
        let (give, given) = oneshot::channel();
        let number = self.next;
        self.next += 1;
        self.queue.insert(number, Waiter { only, give });
        self.alive += 1;
        (number, given)
    }

    /// One waits no longer, handed a slot or not.
    pub(crate) fn leave(&mut self, number: u64) {
        self.queue.remove(&number);
        self.alive -= 1;
    }

    /// Sends those away who want one slot and no other.
    pub(crate) fn dismiss_particular(&mut self) {
        self.queue.retain(|_, waiter| waiter.only.is_none());
    }

    /// Sends those away who want one slot from this one on.
    pub(crate) fn dismiss_from(&mut self, ordinal: usize) {
        self.queue.retain(|_, waiter| waiter.only.is_none_or(|only| only < ordinal));
    }

    /// Sends everybody away.
    pub(crate) fn dismiss(&mut self) {
        self.queue.clear();
    }

    /// The first for whom `free` finds a slot, and that slot. It is no longer in the queue.
    pub(crate) fn first_served(&mut self, free: impl Fn(Option<usize>) -> Option<usize>) -> Option<(oneshot::Sender<SlotGuard>, usize)> {
        let (number, ordinal) = self.queue.iter().find_map(|(&number, waiter)| Some((number, free(waiter.only)?)))?;
        self.queue.remove(&number).map(|waiter| (waiter.give, ordinal))
    }
}

/// Hands slots to those they were chosen for. Never under the pool's lock: a receiver that is gone drops its guard here,
/// which takes the lock and chooses the next.
pub(crate) fn hand_over(grants: Vec<Grant>) {
    for (give, guard) in grants {
        drop(give.send(guard));
    }
}
