//! Reads that come while a list call is under way become the next one: one read alone goes at once, a thousand together go
//! in a few calls. Nothing is kept: a read is answered by a call that was sent after it came.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::client::{Client, Inner};
use crate::error::ClientError;

/// Most names in one list call.
pub(crate) const LARGEST: usize = 200;

type Answer<V> = Result<Option<V>, ClientError>;

/// The reads that wait to be sent.
pub(crate) struct Coalescer<V> {
    state: Mutex<State<V>>,
}

struct State<V> {
    waiting: Batch<V>,
    /// Whether somebody sends what waits, batch after batch.
    has_sender: bool,
}

type Batch<V> = Vec<(String, oneshot::Sender<Answer<V>>)>;

impl<V> Default for Coalescer<V> {
    fn default() -> Self {
        Self { state: Mutex::new(State { waiting: Vec::new(), has_sender: false }) }
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

impl<V> Coalescer<V> {
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

impl Client {
    /// Reads one thing by name, together with others that are read at the same time.
    ///
    /// `of` finds the coalescer, `fetch` lists what is there under some names.
    pub(crate) async fn coalesced<V, F>(
        &self,
        of: fn(&Inner) -> &Coalescer<V>,
        name: &str,
        fetch: fn(Client, Vec<String>) -> F,
    ) -> Answer<V>
    where
        V: Clone + Send + Sync + 'static,
        F: Future<Output = Result<HashMap<String, V>, ClientError>> + Send + 'static,
    {
        let (answer, duty) = of(&self.inner).join(name);
        if duty == Duty::Send {
            let client = self.clone();
            // A task of its own: the reader that happened to be first may go away.
            tokio::spawn(async move {
                let coalescer = of(&client.inner);
                // Those that were ready together with the first go with it.
                tokio::task::yield_now().await;
                while let Some(batch) = coalescer.take() {
                    deliver(fetch(client.clone(), names(&batch)).await, batch);
                }
            });
        }
        answer.await.unwrap_or_else(|_| {
            Err(ClientError::Setup { endpoint: self.endpoint().clone(), reason: "the runtime is shutting down".into() })
        })
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
}
