//! Reads that come while a list call is under way become the next one: one read alone goes at once, a thousand together go
//! in a few calls. A read is answered by a call that was sent after it came, unless it was read ahead.
//!
//! A front end that keeps only a few reads under way at a time would still need a call for every few. So when many small
//! calls were made, the whole list is read ahead, at most one page for each such call, and later reads are answered from it.
//! That ends for good with the first change: what is being changed is never told from memory.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use backon::BackoffBuilder as _;
use hotswap_api::Page;
use reqwest::Method;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use crate::client::{Client, Inner};
use crate::error::ClientError;
use crate::transport::{CONNECT_PATIENCE, Call, SHORTEST_WAIT, backoff};

/// Most names in one list call.
pub(crate) const LARGEST: usize = 200;
/// Items in a page that is read ahead: the most the server gives.
const PAGE: usize = 500;
/// A call for fewer names than this is a small one.
const SMALL: usize = LARGEST / 4;
/// Small calls after which reading ahead begins: a configuration of a few dozen things gains nothing by it.
const PATIENCE: u32 = 4;
/// How long what was read ahead may be told. The refresh of a large configuration takes longer than that altogether.
const FRESH: Duration = Duration::from_secs(30);

type Answer<V> = Result<Option<V>, ClientError>;

/// What is listed under one path, whole in pages or by name.
pub(crate) trait Listed: DeserializeOwned + Clone + Send + Sync + 'static {
    /// Where.
    const PATH: &'static str;

    /// What it is called in the list.
    fn list_name(&self) -> String;

    /// The reads of it that wait.
    fn coalescer(inner: &Inner) -> &Coalescer<Self>;
}

/// The reads that wait to be sent, and what was read ahead.
pub(crate) struct Coalescer<V> {
    state: Mutex<State<V>>,
}

struct State<V> {
    waiting: Batch<V>,
    /// Whether somebody sends what waits, batch after batch.
    has_sender: bool,
    ahead: Ahead<V>,
}

type Batch<V> = Vec<(String, oneshot::Sender<Answer<V>>)>;

/// What was read ahead.
struct Ahead<V> {
    found: HashMap<String, (Instant, V)>,
    small_calls: u32,
    next: Next,
}

/// The page that is read next.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    /// The one after this name; the first one.
    After(Option<String>),
    /// None until this time, when the first page has become old.
    Later(Instant),
}

impl<V> Default for Coalescer<V> {
    fn default() -> Self {
        Self { state: Mutex::new(State { waiting: Vec::new(), has_sender: false, ahead: Ahead::default() }) }
    }
}

impl<V> Default for Ahead<V> {
    fn default() -> Self {
        Self { found: HashMap::new(), small_calls: 0, next: Next::After(None) }
    }
}

impl<V> fmt::Debug for Coalescer<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Coalescer")
    }
}

/// What a reader has to do for those that wait.
#[derive(Debug, PartialEq, Eq)]
enum Duty {
    /// See that they are sent, until none is left.
    Send,
    /// Nothing, another reader does.
    Wait,
}

impl<V: Clone> Coalescer<V> {
    fn state(&self) -> MutexGuard<'_, State<V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the batch that goes next.
    fn join(&self, name: &str) -> (oneshot::Receiver<Answer<V>>, Duty) {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        state.waiting.push((name.to_owned(), sender));
        let duty = if state.has_sender { Duty::Wait } else { Duty::Send };
        state.has_sender = true;
        (receiver, duty)
    }

    /// The batch that goes now; `None` if nobody waits, and then whoever comes next has to send.
    fn take(&self) -> Option<Batch<V>> {
        let mut state = self.state();
        let count = state.waiting.len().min(LARGEST);
        state.has_sender = count > 0;
        (count > 0).then(|| state.waiting.drain(..count).collect())
    }

    /// What was read ahead under a name and is fresh.
    fn read_ahead(&self, name: &str, now: Instant) -> Option<V> {
        self.state().ahead.get(name, now)
    }

    /// Counts a call for so many names, and says which page may be read ahead for it.
    fn page_for(&self, names: usize, now: Instant) -> Option<Option<String>> {
        self.state().ahead.page_for(names, now)
    }

    /// Takes a page that was read ahead: what came, asked for at `asked`, and where the next page begins.
    fn take_page(&self, items: HashMap<String, V>, asked: Instant, next: Option<String>) {
        self.state().ahead.take_page(items, asked, next);
    }

    /// Forgets what was read ahead.
    pub(crate) fn forget(&self) {
        self.state().ahead = Ahead::default();
    }
}

impl<V: Clone> Ahead<V> {
    fn get(&self, name: &str, now: Instant) -> Option<V> {
        let (asked, value) = self.found.get(name)?;
        (now.duration_since(*asked) < FRESH).then(|| value.clone())
    }

    fn page_for(&mut self, names: usize, now: Instant) -> Option<Option<String>> {
        if names >= SMALL {
            return None;
        }
        self.small_calls += 1;
        if self.small_calls < PATIENCE {
            return None;
        }
        match &self.next {
            Next::After(name) => Some(name.clone()),
            Next::Later(when) if now >= *when => Some(None),
            Next::Later(_) => None,
        }
    }

    fn take_page(&mut self, items: HashMap<String, V>, asked: Instant, next: Option<String>) {
        self.next = match next {
            Some(name) => Next::After(Some(name)),
            None => Next::Later(asked + FRESH),
        };
        self.found.extend(items.into_iter().map(|(name, item)| (name, (asked, item))));
    }
}

/// The different names of a batch, sorted.
fn names<V>(batch: &Batch<V>) -> Vec<String> {
    let mut names: Vec<String> = batch.iter().map(|(name, _)| name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Gives every reader of a batch its own answer.
fn deliver<V: Clone>(answer: Result<HashMap<String, V>, ClientError>, batch: Batch<V>) {
    for (name, sender) in batch {
        // A reader that went away wants no answer.
        let _ = sender.send(match &answer {
            Ok(found) => Ok(found.get(&name).cloned()),
            Err(error) => Err(error.clone()),
        });
    }
}

fn by_name<V: Listed>(items: Vec<V>) -> HashMap<String, V> {
    items.into_iter().map(|item| (item.list_name(), item)).collect()
}

/// Whether a client has changed anything.
#[derive(Debug, Default)]
pub(crate) struct Changed(AtomicBool);

impl Changed {
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn is_noted(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn forget(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Client {
    /// Reads one thing by name, together with others that are read at the same time. Patience is the reader's own: the calls are
    /// those of many, and go on without those that have given up. Who has less of it than they have goes alone.
    pub(crate) async fn coalesced<V: Listed>(&self, name: &str) -> Answer<V> {
        let Some(limit) = self.limit else { return self.coalesced_once(name).await };
        if limit.left() < CONNECT_PATIENCE * 2 {
            return Ok(by_name(self.list_named(V::PATH, &[name.to_owned()]).await?).remove(name));
        }
        let (mut tries, mut last, mut waits) = (1, None, backoff().build());
        let timed_out = |tries, last| self.timed_out(format!("GET {} for {name}", V::PATH), limit.lasts, tries, last);
        loop {
            match tokio::time::timeout(limit.left(), self.coalesced_once(name)).await {
                Ok(Err(error)) if error.may_pass() => last = Some(error.in_short()),
                Ok(answer) => return answer,
                Err(_) => return Err(timed_out(tries, last)),
            }
            let left = limit.left();
            match waits.next() {
                Some(wait) if left > SHORTEST_WAIT => tokio::time::sleep(wait.min(left / 2)).await,
                _ => return Err(timed_out(tries, last)),
            }
            tries += 1;
        }
    }

    async fn coalesced_once<V: Listed>(&self, name: &str) -> Answer<V> {
        let coalescer = V::coalescer(&self.inner);
        if let Some(found) = coalescer.read_ahead(name, Instant::now()).filter(|_| !self.inner.changed.is_noted()) {
            return Ok(Some(found));
        }
        let (answer, duty) = coalescer.join(name);
        if duty == Duty::Send {
            let client = Self { limit: None, ..self.clone() };
            // A task of its own: the reader that happened to be first may go away.
            tokio::spawn(async move {
                // Those that were ready together with the first go with it.
                tokio::task::yield_now().await;
                while let Some(batch) = V::coalescer(&client.inner).take() {
                    client.read_batch(batch).await;
                }
            });
        }
        answer.await.unwrap_or_else(|_| {
            Err(ClientError::Setup { endpoint: self.endpoint().clone(), reason: "the runtime is shutting down".into() })
        })
    }

    /// Answers a batch by one call. If those are many and small, reads a page ahead meanwhile.
    async fn read_batch<V: Listed>(&self, batch: Batch<V>) {
        let names = names(&batch);
        let page = V::coalescer(&self.inner).page_for(names.len(), Instant::now()).filter(|_| !self.inner.changed.is_noted());
        let answer = async { deliver(self.list_named(V::PATH, &names).await.map(by_name), batch) };
        let ahead = async {
            if let Some(after) = page {
                self.read_page_ahead::<V>(after).await;
            }
        };
        tokio::join!(answer, ahead);
    }

    async fn read_page_ahead<V: Listed>(&self, after: Option<String>) {
        let asked = Instant::now();
        let call = Call::new(Method::GET, V::PATH.to_owned()).query("limit", PAGE.to_string());
        let call = match after {
            Some(after) => call.query("after", after),
            None => call,
        };
        // Nobody waits for it: if it fails, the reads that would have found it there say so themselves.
        if let Ok(page) = self.send::<Page<V>>(call).await {
            V::coalescer(&self.inner).take_page(by_name(page.items), asked, page.next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn those_that_wait_together_are_sent_together_and_each_gets_its_own_answer() {
        let coalescer = Coalescer::<u32>::default();
        let (first, duty) = coalescer.join("b");
        assert_eq!(duty, Duty::Send);
        let (second, duty) = coalescer.join("a");
        assert_eq!(duty, Duty::Wait);
        let (third, _) = coalescer.join("b");
        let batch = coalescer.take().unwrap();
        assert_eq!(names(&batch), ["a", "b"]);
        deliver(Ok(HashMap::from([("b".to_owned(), 2)])), batch);
        assert_eq!((first.await.unwrap(), second.await.unwrap(), third.await.unwrap()), (Ok(Some(2)), Ok(None), Ok(Some(2))));
    }

    #[test]
    fn a_read_that_comes_while_others_are_under_way_goes_with_the_next() {
        let coalescer = Coalescer::<u32>::default();
        let _first = coalescer.join("first");
        assert_eq!(names(&coalescer.take().unwrap()), ["first"]);
        assert_eq!(coalescer.join("second").1, Duty::Wait);
        assert_eq!(names(&coalescer.take().unwrap()), ["second"]);
        assert!(coalescer.take().is_none());
        assert_eq!(coalescer.join("third").1, Duty::Send);
    }

    #[test]
    fn no_batch_is_larger_than_one_call_may_be() {
        let coalescer = Coalescer::<u32>::default();
        let readers: Vec<_> = (0..=LARGEST).map(|index| coalescer.join(&index.to_string())).collect();
        assert_eq!([coalescer.take().unwrap().len(), coalescer.take().unwrap().len()], [LARGEST, 1]);
        drop(readers);
    }

    #[test]
    fn many_small_calls_have_the_list_read_ahead_page_by_page() {
        let (coalescer, now) = (Coalescer::<u32>::default(), Instant::now());
        for _ in 1..PATIENCE {
            assert_eq!(coalescer.page_for(1, now), None);
        }
        assert_eq!(coalescer.page_for(1, now), Some(None));
        coalescer.take_page(HashMap::from([("a".to_owned(), 1)]), now, Some("a".to_owned()));
        assert_eq!(coalescer.page_for(1, now), Some(Some("a".to_owned())));
        coalescer.take_page(HashMap::from([("b".to_owned(), 2)]), now, None);
        assert_eq!(coalescer.page_for(1, now), None, "there is no more to read");
        assert_eq!((coalescer.read_ahead("a", now), coalescer.read_ahead("c", now)), (Some(1), None));
    }

    #[test]
    fn what_was_read_ahead_grows_old_and_is_read_again() {
        let (coalescer, now) = (Coalescer::<u32>::default(), Instant::now());
        coalescer.take_page(HashMap::from([("a".to_owned(), 1)]), now, None);
        assert_eq!(coalescer.read_ahead("a", now + FRESH), None);
        for _ in 1..PATIENCE {
            coalescer.page_for(1, now);
        }
        assert_eq!((coalescer.page_for(1, now), coalescer.page_for(1, now + FRESH)), (None, Some(None)));
    }

    #[test]
    fn calls_that_are_large_already_gain_nothing_by_reading_ahead() {
        let (coalescer, now) = (Coalescer::<u32>::default(), Instant::now());
        assert!((0..10).all(|_| coalescer.page_for(SMALL, now).is_none()));
    }
}
