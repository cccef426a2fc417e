//! The user's wish to stop, handed from a front end to whatever waits.

use std::sync::Arc;

use tokio::sync::watch;

/// A wish to stop that many can await; clones share it. Once requested it stays requested.
///
/// It asks for nothing to be undone: whoever sees it finishes what can't be left half-done and returns early from what is only waiting.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Stop {
    /// Nobody wants to stop yet.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Asks everyone to stop.
    pub fn request(&self) {
        self.0.send_replace(true);
    }

    /// Whether someone asked.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns as soon as someone asked. Safe to drop and call again.
    pub async fn requested(&self) {
        // The sender lives in self, so the channel can't close under the wait.
        let _ = self.0.subscribe().wait_for(|requested| *requested).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_reaches_those_who_wait_and_those_who_come_later() {
        let stop = Stop::new();
        let waiting = tokio::spawn({
            let stop = stop.clone();
            async move { stop.requested().await }
        });
        assert!(!stop.is_requested());
        stop.request();
        waiting.await.unwrap();
        stop.requested().await;
        assert!(stop.is_requested());
    }
}
