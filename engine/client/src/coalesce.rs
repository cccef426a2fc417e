//! Reads that come within a few milliseconds of each other become one list call. Nothing is kept: each answer is a fresh one.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::client::{Client, Inner};
use crate::error::ClientError;

/// How long the first read of a batch waits for others.
const WINDOW: Duration = Duration::from_millis(3);
/// Most names in one list call.
pub(crate) const LARGEST: usize = 200;

type Answer<V> = Result<Option<V>, ClientError>;

/// The reads that wait to be sent.
pub(crate) struct Coalescer<V> {
    waiting: Mutex<Batch<V>>,
}

type Batch<V> = Vec<(String, oneshot::Sender<Answer<V>>)>;

impl<V> Default for Coalescer<V> {
    fn default() -> Self {
        Self { waiting: Mutex::new(Vec::new()) }
    }
}

impl<V> fmt::Debug for Coalescer<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Coalescer")
    }
}

/// What a reader has to do for its batch.
enum Duty<V> {
    /// Send it when the window closes.
    SendLater,
    /// Send this now: it is full.
    Send(Batch<V>),
    /// Nothing, another reader does.
    Wait,
}

impl<V: Clone> Coalescer<V> {
    /// Joins the batch that is being filled.
    fn join(&self, name: &str) -> (oneshot::Receiver<Answer<V>>, Duty<V>) {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push((name.to_owned(), sender));
        let duty = match waiting.len() {
            LARGEST => Duty::Send(std::mem::take(&mut *waiting)),
            1 => Duty::SendLater,
            _ => Duty::Wait,
        };
        (receiver, duty)
    }

    /// The batch, once its window has closed. Empty if it went as a full one.
    async fn close(&self) -> Batch<V> {
        tokio::time::sleep(WINDOW).await;
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
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
        if !matches!(duty, Duty::Wait) {
            let client = self.clone();
            // A task of its own: the reader that happened to be first may go away.
            tokio::spawn(async move {
                let batch = match duty {
                    Duty::Send(batch) => batch,
                    _ => of(&client.inner).close().await,
                };
                if !batch.is_empty() {
                    deliver(fetch(client, names(&batch)).await, batch);
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
    async fn the_first_reader_sends_and_each_gets_its_own_answer() {
        let coalescer = Coalescer::<u32>::default();
        let (first, duty) = coalescer.join("b");
        assert!(matches!(duty, Duty::SendLater));
        let (second, duty) = coalescer.join("a");
        assert!(matches!(duty, Duty::Wait));
        let (third, _) = coalescer.join("b");
        let batch = coalescer.close().await;
        assert_eq!(names(&batch), ["a", "b"]);
        deliver(Ok(HashMap::from([("b".to_owned(), 2)])), batch);
        assert_eq!((first.await.unwrap(), second.await.unwrap(), third.await.unwrap()), (Ok(Some(2)), Ok(None), Ok(Some(2))));
    }

    #[test]
    fn a_full_batch_goes_at_once() {
        let coalescer = Coalescer::<u32>::default();
        for index in 1..LARGEST {
            assert!(!matches!(coalescer.join(&index.to_string()).1, Duty::Send(_)));
        }
        let Duty::Send(batch) = coalescer.join("last").1 else { panic!("the batch is full") };
        assert_eq!(batch.len(), LARGEST);
        assert!(matches!(coalescer.join("next").1, Duty::SendLater));
    }
}
