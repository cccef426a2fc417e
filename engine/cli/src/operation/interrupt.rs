//! Ctrl-C and SIGTERM while a command works.

use hotswap_lang::Diagnostic;
use hotswap_sdk::Stop;
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::view::View;

/// Waits for one of the two; for ever if they can't be listened to, as they end the process by themselves then.
async fn signalled() {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// What `work` gives, unless the user interrupts: for what changes nothing and can be left at any time.
pub(crate) async fn unless_interrupted<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    tokio::select! {
        // The signals first: before they are listened to, they would end the process without a word.
        biased;
        () = signalled() => Err(Diagnostic::error("Interrupted", "Nothing was changed.").into()),
        done = work => Ok(done),
    }
}

/// Listens for as long as `work` goes on, which must not be left half-done: the first signal asks it to stop, which `words` tell;
/// the second ends the process where it is.
pub(super) async fn stopping<T>(stop: &Stop, view: &View, words: &str, work: impl Future<Output = T>) -> T {
    let listen = async {
        signalled().await;
        if !view.is_for_programs() {
            view.message(words);
        }
        stop.request();
        signalled().await;
        // The journal has what was done; locks go with the process.
        std::process::exit(1);
    };
    tokio::select! {
        biased;
        () = listen => std::future::pending().await,
        done = work => done,
    }
}
