//! What one slot is: the right to have one request in flight, and how it does. Who is given it is the pool's.

use std::fmt;

use crate::ProbeHistory;

/// What a slot is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlotState {
    /// Not probed yet.
    Starting,
    /// Loaded, and its last probe passed.
    Available,
    /// Its last probe failed.
    Unavailable,
    /// Finishing what was accepted before the pool was closed.
    Draining,
    /// Done.
    Stopped,
}

impl SlotState {
    /// A short stable name, fit for a metric's label.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Available => "available",
            Self::Unavailable => "unavailable",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
        }
    }

    pub(crate) fn serves(self) -> bool {
        matches!(self, Self::Available | Self::Draining)
    }
}

impl fmt::Display for SlotState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A slot as it is now.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Its number, from 0.
    pub ordinal: usize,
    /// What it is good for.
    pub state: SlotState,
    /// Whether a request or probe holds it.
    pub busy: bool,
    /// How many requests and probes have held it.
    pub served: u64,
    /// Its last probes.
    pub probes: ProbeHistory,
}

impl Slot {
    /// A slot that has served nobody yet.
    pub(crate) fn new(ordinal: usize, state: SlotState) -> Self {
        Self { ordinal, state, busy: false, served: 0, probes: ProbeHistory::default() }
    }
}
