//! The signals that end a server, and those passed on to the command of a throw-away one.

use std::io::{self, IsTerminal as _};

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use tokio::signal::unix::{self, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Cancels `stop` at the first Ctrl-C or SIGTERM.
pub(super) async fn stop(stop: CancellationToken) {
    let Ok(mut signals) = Signals::listen() else {
        tracing::warn!("signals cannot be listened to; only SIGKILL stops this");
        return;
    };
    signals.next().await;
    tracing::info!("stopping: what is in flight is answered first");
    stop.cancel();
}

/// The signals that ask a process to end. While this exists they end it no more by themselves.
pub(super) struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
    quit: unix::Signal,
}

impl Signals {
    /// Begins to listen.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    /// The next that comes.
    pub(super) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.hang_up.recv() => Signal::HUP,
            _ = self.quit.recv() => Signal::QUIT,
        }
    }
}

/// Sends a signal that came to this process on to its child, unless the child has it already: what is typed at a terminal
/// goes to the whole group of processes in the foreground, and a second Ctrl-C means more than one does.
pub(super) fn pass_on(signal: Signal, child: u32) {
    let typed = signal == Signal::INT || signal == Signal::QUIT;
    if typed && is_in_foreground() {
        return;
    }
    let child = i32::try_from(child).ok().and_then(Pid::from_raw);
    // A child that has just ended needs no signal.
    let _ = child.map(|child| kill_process(child, signal));
}

fn is_in_foreground() -> bool {
    let streams = [io::stdin().is_terminal(), io::stdout().is_terminal(), io::stderr().is_terminal()];
    let group = match streams {
        [true, ..] => rustix::termios::tcgetpgrp(io::stdin()),
        [_, true, _] => rustix::termios::tcgetpgrp(io::stdout()),
        [.., true] => rustix::termios::tcgetpgrp(io::stderr()),
        _ => return false,
    };
    group.is_ok_and(|group| group == getpgrp())
}
