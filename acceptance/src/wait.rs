//! Waiting for what another process does.

use std::time::{Duration, Instant};

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until there is an answer, and panics if there is none within a minute.
///
/// # Panics
/// If `what` does not come about.
#[track_caller]
#[expect(clippy::disallowed_methods, reason = "no async runtime here, and what is waited for is in another process")]
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
