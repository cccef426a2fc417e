//! The slots of one revision: who may send a request to it now, who waits, and how it drains.
//! A slot is the right to have one request in flight; the sandbox behind it is fresh each time and isn't here.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;

use crate::waiters::{Grant, Waiters, hand_over};
use crate::{Probe, Slot, SlotState};

/// Why no slot was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// Every slot stayed in use, or none was available, for as long as the caller would wait.
    #[error("no slot became free within {waited:?} ({available} of {slots} available)")]
    Full {
        /// How long the caller waited.
        waited: Duration,
        /// How many slots were available, in use or not.
        available: usize,
        /// How many slots there are.
        slots: usize,
    },
    /// The pool drains or has drained: route again, another revision serves.
    #[error("the revision is draining")]
    Closed,
    /// There is no slot of that ordinal.
    #[error("there is no slot {ordinal}, there are {slots}")]
    NoSuchSlot {
        /// What was asked for.
        ordinal: usize,
        /// How many slots there are.
        slots: usize,
    },
}

/// The slots of one revision. Clones share them.
#[derive(Clone)]
pub struct SlotPool {
    shared: Arc<Shared>,
}

struct Shared {
    inner: Mutex<Inner>,
    /// Told when the last accepted request of a closed pool is gone.
    drained: Notify,
}

struct Inner {
    /// Those that are wanted, and behind them those that were: a request may still hold one.
    slots: Vec<Slot>,
    wanted: usize,
    /// Where the search for a free slot begins, so that slots take turns.
    next: usize,
    waiters: Waiters,
    in_flight: usize,
    closed: bool,
}

impl SlotPool {
    /// A pool of `slots` slots, each [`SlotState::Starting`].
    #[must_use]
    pub fn new(slots: usize) -> Self {
        let wanted = slots;
        let slots = (0..wanted).map(|ordinal| Slot::new(ordinal, SlotState::Starting)).collect();
        Self {
            shared: Arc::new(Shared {
                inner: Mutex::new(Inner { slots, wanted, next: 0, waiters: Waiters::default(), in_flight: 0, closed: false }),
                drained: Notify::new(),
            }),
        }
    }

    /// Has so many slots from now on. New ones begin in `state`; those that go answer what they were given, and are given no more.
    ///
    /// With none left, who waits is told [`Busy::Closed`], as is who comes: another revision serves. Take it out of its route before.
    /// Without effect on a closed pool.
    pub fn resize(&self, slots: usize, state: SlotState) {
        let grants = {
            let mut inner = self.shared.lock();
            if inner.closed {
                return;
            }
            inner.resize(slots, state);
            inner.grants(&self.shared)
        };
        hand_over(grants);
    }

    /// A free available slot, waiting up to `wait` for one. First come, first served.
    ///
    /// # Errors
    /// [`Busy::Full`] after `wait`; [`Busy::Closed`] at once if the pool drains or has no slots. Who waited before the drain began is
    /// still served.
    pub async fn acquire(&self, wait: Duration) -> Result<SlotGuard, Busy> {
        self.take(None, wait).await
    }

    /// This very slot, whatever its state: for probes.
    ///
    /// # Errors
    /// As [`Self::acquire`], and [`Busy::NoSuchSlot`]. A probe that waits is told [`Busy::Closed`] when a drain begins.
    pub async fn acquire_ordinal(&self, ordinal: usize, wait: Duration) -> Result<SlotGuard, Busy> {
        let slots = self.len();
        if ordinal >= slots {
            return Err(Busy::NoSuchSlot { ordinal, slots });
        }
        self.take(Some(ordinal), wait).await
    }

    async fn take(&self, only: Option<usize>, wait: Duration) -> Result<SlotGuard, Busy> {
        let (mut ticket, mut given) = {
            let mut inner = self.shared.lock();
            if inner.closed || inner.wanted == 0 {
                return Err(Busy::Closed);
            }
            // Whoever waits could not take any slot that is free now, so taking one jumps no queue.
            if let Some(ordinal) = inner.free_for(only) {
                inner.hold(ordinal);
                return Ok(SlotGuard::new(&self.shared, ordinal));
            }
            let (number, given) = inner.waiters.join(only);
            (Ticket { shared: Arc::clone(&self.shared), number, live: true }, given)
        };
        let outcome = tokio::time::timeout(wait, &mut given).await;
        // Give the place in the queue back first; a slot may have been handed over just before that.
        ticket.give_back();
        match outcome {
            Ok(Ok(guard)) => Ok(guard),
            Ok(Err(_)) => Err(Busy::Closed),
            Err(_) => given.try_recv().map_err(|_| {
                let inner = self.shared.lock();
                Busy::Full { waited: wait, available: inner.available(), slots: inner.wanted }
            }),
        }
    }

    /// Sets what a slot is good for. Without effect on a closed pool, or for a slot there isn't.
    pub fn mark(&self, ordinal: usize, state: SlotState) {
        let grants = {
            let mut inner = self.shared.lock();
            if inner.closed {
                return;
            }
            if let Some(slot) = inner.present_mut().get_mut(ordinal) {
                slot.state = state;
            }
            inner.grants(&self.shared)
        };
        hand_over(grants);
    }

    /// Adds a probe to a slot's history. What state follows from it is the caller's to [`Self::mark`].
    pub fn record_probe(&self, ordinal: usize, probe: Probe) {
        if let Some(slot) = self.shared.lock().present_mut().get_mut(ordinal) {
            slot.probes.record(probe);
        }
    }

    /// Refuses new acquires from now on, without waiting for those accepted before.
    pub fn close(&self) {
        let mut inner = self.shared.lock();
        if inner.closed {
            return;
        }
        inner.closed = true;
        for slot in &mut inner.slots {
            slot.state = match slot.state {
                SlotState::Available => SlotState::Draining,
                _ => SlotState::Stopped,
            };
        }
        // A probe of a slot that is going tells nothing: who waits to probe is told so by its sender going away.
        inner.waiters.dismiss_particular();
        self.shared.settle(&mut inner);
    }

    /// Closes the pool and waits until everyone accepted before is gone: each guard dropped, each waiter served or
    /// given up. May be called more than once, and cancelled.
    pub async fn drain(&self) {
        self.close();
        loop {
            let drained = self.shared.drained.notified();
            tokio::pin!(drained);
            // Registered before the look, so no notice is missed.
            drained.as_mut().enable();
            if self.shared.lock().is_drained() {
                return;
            }
            drained.await;
        }
    }

    /// How many slots there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.lock().wanted
    }

    /// Whether there are no slots at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many slots are [`SlotState::Available`], in use or not.
    #[must_use]
    pub fn available(&self) -> usize {
        self.shared.lock().available()
    }

    /// How many requests and probes hold a slot.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.shared.lock().in_flight
    }

    /// How many wait for a slot.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lock().waiters.count()
    }

    /// Whether somebody who comes now may be given a slot: it isn't closed and has some.
    #[must_use]
    pub fn takes_requests(&self) -> bool {
        let inner = self.shared.lock();
        !inner.closed && inner.wanted > 0
    }

    /// Whether the pool refuses new acquires.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.lock().closed
    }

    /// What each slot is good for now, by ordinal.
    #[must_use]
    pub fn states(&self) -> Vec<SlotState> {
        self.shared.lock().present().iter().map(|slot| slot.state).collect()
    }

    /// Every slot as it is now.
    #[must_use]
    pub fn slots(&self) -> Vec<Slot> {
        self.shared.lock().present().to_vec()
    }
}

impl fmt::Debug for SlotPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.shared.lock();
        f.debug_struct("SlotPool")
            .field("slots", &inner.wanted)
            .field("available", &inner.available())
            .field("in_flight", &inner.in_flight)
            .field("waiting", &inner.waiters.count())
            .field("closed", &inner.closed)
            .finish()
    }
}

/// The right to have one request in flight. Given back when dropped: hold it until the response's body has ended.
pub struct SlotGuard {
    shared: Arc<Shared>,
    ordinal: usize,
}

impl SlotGuard {
    fn new(shared: &Arc<Shared>, ordinal: usize) -> Self {
        Self { shared: Arc::clone(shared), ordinal }
    }

    /// Which slot it is.
    #[must_use]
    pub fn ordinal(&self) -> usize {
        self.ordinal
    }
}

impl fmt::Debug for SlotGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotGuard").field("ordinal", &self.ordinal).finish()
    }
}

impl Drop for SlotGuard {
    fn drop(&mut self) {
        let grants = {
            let mut inner = self.shared.lock();
            inner.in_flight -= 1;
            inner.slots[self.ordinal].busy = false;
            let grants = inner.grants(&self.shared);
            self.shared.settle(&mut inner);
            grants
        };
        hand_over(grants);
    }
}

/// A place in the queue, given back when the waiting future ends or is dropped.
struct Ticket {
    shared: Arc<Shared>,
    number: u64,
    live: bool,
}

impl Ticket {
    fn give_back(&mut self) {
        if !std::mem::take(&mut self.live) {
            return;
        }
        let mut inner = self.shared.lock();
        inner.waiters.leave(self.number);
        self.shared.settle(&mut inner);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing below panics half-way through a change, so a poisoned lock still holds a true state.
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// If the pool is closed and empty: stops the slots and tells who waits for that.
    fn settle(&self, inner: &mut Inner) {
        if inner.is_drained() {
            for slot in &mut inner.slots {
                slot.state = SlotState::Stopped;
            }
            self.drained.notify_waiters();
        }
    }
}

impl Inner {
    fn is_drained(&self) -> bool {
        self.closed && self.in_flight == 0 && self.waiters.count() == 0
    }

    fn present(&self) -> &[Slot] {
        &self.slots[..self.wanted]
    }

    fn present_mut(&mut self) -> &mut [Slot] {
        &mut self.slots[..self.wanted]
    }

    fn resize(&mut self, slots: usize, state: SlotState) {
        for slot in self.slots.iter_mut().skip(slots) {
            slot.state = SlotState::Stopped;
        }
        for ordinal in self.wanted..slots {
            match self.slots.get_mut(ordinal) {
                // It may still answer what it was given when it was there before.
                Some(slot) => *slot = Slot { busy: slot.busy, ..Slot::new(ordinal, state) },
                None => self.slots.push(Slot::new(ordinal, state)),
            }
        }
        self.wanted = slots;
        if slots == 0 {
            self.waiters.dismiss();
        }
        self.waiters.dismiss_from(slots);
    }

    fn available(&self) -> usize {
        self.slots.iter().filter(|slot| slot.state == SlotState::Available).count()
    }

    /// A free slot this caller may have.
    fn free_for(&self, only: Option<usize>) -> Option<usize> {
        let count = self.wanted;
        match only {
            Some(ordinal) => free_slot(&self.slots, ordinal),
            None => (0..count)
                .map(|step| (self.next + step) % count)
                .find(|&ordinal| !self.slots[ordinal].busy && self.slots[ordinal].state.serves()),
        }
    }

    fn hold(&mut self, ordinal: usize) {
        let slot = &mut self.slots[ordinal];
        slot.busy = true;
        slot.served += 1;
        self.in_flight += 1;
        self.next = ordinal + 1;
    }

    /// Chooses, in the order they came, for every waiter that can have a free slot.
    fn grants(&mut self, shared: &Arc<Shared>) -> Vec<Grant> {
        let mut grants = Vec::new();
        while self.in_flight < self.slots.len() {
            let any = self.free_for(None);
            let Self { slots, waiters, .. } = self;
            let served = waiters.first_served(|only| match only {
                Some(ordinal) => free_slot(slots, ordinal),
                None => any,
            });
            let Some((give, ordinal)) = served else { break };
            self.hold(ordinal);
            grants.push((give, SlotGuard::new(shared, ordinal)));
        }
        grants
    }
}

/// This slot, if it is free for a probe.
fn free_slot(slots: &[Slot], ordinal: usize) -> Option<usize> {
    slots.get(ordinal).filter(|slot| !slot.busy && slot.state != SlotState::Stopped).map(|slot| slot.ordinal)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::SystemTime;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn ready(slots: usize) -> SlotPool {
        let pool = SlotPool::new(slots);
        for ordinal in 0..slots {
            pool.mark(ordinal, SlotState::Available);
        }
        pool
    }

    /// Starts waiting, and returns once the pool counts one waiter more.
    async fn waiting(pool: &SlotPool) -> tokio::task::JoinHandle<Result<SlotGuard, Busy>> {
        let before = pool.waiting();
        let theirs = pool.clone();
        let task = tokio::spawn(async move { theirs.acquire(LONG).await });
        while pool.waiting() == before {
            tokio::task::yield_now().await;
        }
        task
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_serves_one_request_at_a_time() {
        let pool = ready(1);
        let guard = pool.acquire(Duration::ZERO).await.unwrap();
        assert_eq!(pool.in_flight(), 1);
        let wait = Duration::from_millis(50);
        assert_eq!(pool.acquire(wait).await.unwrap_err(), Busy::Full { waited: wait, available: 1, slots: 1 });
        assert_eq!(pool.waiting(), 0);
        drop(guard);
        assert_eq!(pool.in_flight(), 0);
        pool.acquire(Duration::ZERO).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn more_slots_serve_who_waits_and_fewer_finish_what_they_have() {
        let pool = ready(1);
        let first = pool.acquire(LONG).await.unwrap();
        let second = waiting(&pool).await;
        pool.resize(3, SlotState::Available);
        let second = second.await.unwrap().unwrap();
        assert_eq!((second.ordinal(), pool.len(), pool.available()), (1, 3, 3));
        pool.resize(1, SlotState::Available);
        assert_eq!((pool.len(), pool.available(), pool.in_flight()), (1, 1, 2));
        drop(first);
        assert_eq!(pool.acquire(LONG).await.unwrap().ordinal(), 0, "the one that is left serves");
        // Back before its request has ended: it serves the next one only then.
        pool.resize(2, SlotState::Available);
        let only = pool.acquire(Duration::ZERO).await.unwrap();
        assert_eq!((only.ordinal(), pool.acquire(Duration::from_millis(1)).await.is_err()), (0, true));
        drop(second);
        assert_eq!(pool.acquire(Duration::ZERO).await.unwrap().ordinal(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn without_slots_everybody_is_sent_on() {
        let pool = ready(1);
        let held = pool.acquire(LONG).await.unwrap();
        let waits = waiting(&pool).await;
        pool.resize(0, SlotState::Available);
        assert_eq!(waits.await.unwrap().unwrap_err(), Busy::Closed);
        assert_eq!(pool.acquire(LONG).await.unwrap_err(), Busy::Closed);
        drop(held);
        pool.resize(1, SlotState::Starting);
        assert!(pool.acquire(Duration::from_millis(1)).await.is_err(), "it isn't probed yet");
        pool.mark(0, SlotState::Available);
        pool.acquire(Duration::ZERO).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_of_a_slot_that_goes_is_told_so() {
        let pool = ready(2);
        let _held = pool.acquire_ordinal(1, LONG).await.unwrap();
        let theirs = pool.clone();
        let probe = tokio::spawn(async move { theirs.acquire_ordinal(1, LONG).await.map(|guard| guard.ordinal()) });
        while pool.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        pool.resize(1, SlotState::Available);
        assert_eq!(probe.await.unwrap().unwrap_err(), Busy::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn only_available_slots_serve_but_probes_reach_any() {
        let pool = SlotPool::new(2);
        assert!(pool.acquire(Duration::from_millis(1)).await.is_err());
        let probe = pool.acquire_ordinal(1, Duration::ZERO).await.unwrap();
        assert_eq!(probe.ordinal(), 1);
        drop(probe);
        pool.mark(1, SlotState::Available);
        assert_eq!(pool.acquire(Duration::ZERO).await.unwrap().ordinal(), 1);
        pool.mark(1, SlotState::Unavailable);
        assert_eq!(pool.available(), 0);
        assert!(pool.acquire(Duration::from_millis(1)).await.is_err());
        assert_eq!(pool.acquire_ordinal(2, Duration::ZERO).await.unwrap_err(), Busy::NoSuchSlot { ordinal: 2, slots: 2 });
    }

    #[tokio::test(start_paused = true)]
    async fn slots_take_turns() {
        let pool = ready(3);
        let mut seen = Vec::new();
        for _ in 0..6 {
            seen.push(pool.acquire(Duration::ZERO).await.unwrap().ordinal());
        }
        assert_eq!(seen, [0, 1, 2, 0, 1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_longest_is_served_first() {
        let pool = ready(1);
        let guard = pool.acquire(Duration::ZERO).await.unwrap();
        let first = waiting(&pool).await;
        let second = waiting(&pool).await;
        drop(guard);
        let held = first.await.unwrap().unwrap();
        assert_eq!(pool.waiting(), 1);
        assert!(!second.is_finished());
        drop(held);
        second.await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_slot_that_becomes_available_goes_to_a_waiter() {
        let pool = SlotPool::new(1);
        let waiter = waiting(&pool).await;
        pool.mark(0, SlotState::Available);
        waiter.await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiter_that_goes_away_holds_nothing() {
        let pool = ready(1);
        let guard = pool.acquire(Duration::ZERO).await.unwrap();
        let gone = waiting(&pool).await;
        let stays = waiting(&pool).await;
        gone.abort();
        assert!(gone.await.is_err());
        assert_eq!(pool.waiting(), 1);
        drop(guard);
        drop(stays.await.unwrap().unwrap());
        assert_eq!((pool.in_flight(), pool.waiting()), (0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_serves_those_accepted_before_and_refuses_the_rest() {
        let pool = ready(1);
        let guard = pool.acquire(Duration::ZERO).await.unwrap();
        let waiter = waiting(&pool).await;
        pool.close();
        assert_eq!(pool.acquire(LONG).await.unwrap_err(), Busy::Closed);
        assert_eq!(pool.slots()[0].state, SlotState::Draining);
        let theirs = pool.clone();
        let drain = tokio::spawn(async move { theirs.drain().await });
        drop(guard);
        let late = waiter.await.unwrap().unwrap();
        tokio::task::yield_now().await;
        assert!(!drain.is_finished());
        drop(late);
        drain.await.unwrap();
        assert_eq!(pool.slots()[0].state, SlotState::Stopped);
        pool.mark(0, SlotState::Available);
        assert_eq!(pool.slots()[0].state, SlotState::Stopped);
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_ends_a_waiting_probe() {
        let pool = SlotPool::new(1);
        let probing = pool.acquire_ordinal(0, Duration::ZERO).await.unwrap();
        let theirs = pool.clone();
        let second = tokio::spawn(async move { theirs.acquire_ordinal(0, LONG).await });
        while pool.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        pool.close();
        assert_eq!(second.await.unwrap().unwrap_err(), Busy::Closed);
        drop(probing);
        pool.drain().await;
    }

    #[tokio::test]
    async fn an_idle_pool_drains_at_once() {
        let pool = ready(3);
        pool.drain().await;
        pool.drain().await;
        assert!(pool.is_closed());
        assert_eq!(pool.acquire(LONG).await.unwrap_err(), Busy::Closed);
    }

    #[tokio::test]
    async fn a_slot_remembers_its_probes() {
        let pool = ready(2);
        let failed = Probe { at: SystemTime::UNIX_EPOCH, took: Duration::ZERO, result: Err("connection refused".into()) };
        pool.record_probe(1, failed.clone());
        assert_eq!(pool.slots()[1].probes.last(), Some(&failed));
        assert_eq!(pool.slots()[1].probes.consecutive_failures(), 1);
        assert_eq!(pool.slots()[0].probes.last(), None);
    }

    /// Counts the holder of a slot for as long as it lives, also when its task is ended in the middle.
    struct Held<'a>(&'a AtomicUsize);

    impl<'a> Held<'a> {
        fn count(holders: &'a AtomicUsize) -> Self {
            assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0, "two hold one slot");
            Self(holders)
        }
    }

    impl Drop for Held<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Many tasks over few slots, some giving up, some dying, states and number flapping, then a drain in the middle of it.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn under_load_no_slot_is_shared_lost_or_left_behind() {
        const SLOTS: usize = 4;
        let pool = ready(SLOTS);
        let held: Arc<Vec<AtomicUsize>> = Arc::new((0..SLOTS).map(|_| AtomicUsize::new(0)).collect());
        let served = Arc::new(AtomicUsize::new(0));
        let mut tasks = Vec::new();
        for number in 0..400_u64 {
            let (pool, held, served) = (pool.clone(), Arc::clone(&held), Arc::clone(&served));
            tasks.push(tokio::spawn(async move {
                loop {
                    let wait = if number % 7 == 0 { Duration::from_micros(50) } else { LONG };
                    let guard = match pool.acquire(wait).await {
                        Ok(guard) => guard,
                        Err(Busy::Full { .. }) if number % 7 == 0 => continue,
                        Err(Busy::Closed) => return,
                        Err(other) => panic!("{other}"),
                    };
                    let slot = Held::count(&held[guard.ordinal()]);
                    tokio::task::yield_now().await;
                    drop(slot);
                    served.fetch_add(1, Ordering::SeqCst);
                    if number % 5 == 0 {
                        pool.mark(guard.ordinal(), SlotState::Unavailable);
                        pool.mark(guard.ordinal(), SlotState::Available);
                    }
                }
            }));
        }
        for task in tasks.iter().step_by(50) {
            task.abort();
        }
        let enough = async {
            let mut turn = 0;
            while served.load(Ordering::SeqCst) < 20_000 {
                tokio::task::yield_now().await;
                turn += 1;
                pool.resize(1 + turn % SLOTS, SlotState::Available);
            }
            pool.drain().await;
        };
        tokio::time::timeout(LONG, enough).await.expect("a slot was lost, or shared: see the panics above");
        assert_eq!((pool.in_flight(), pool.waiting()), (0, 0));
        for task in tasks {
            match task.await {
                Ok(()) => {}
                Err(error) => assert!(error.is_cancelled(), "{error}"),
            }
        }
    }
}
