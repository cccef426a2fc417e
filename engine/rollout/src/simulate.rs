//! Rollouts on a virtual clock: the same [`crate::decide`] that a server runs, fed with described traffic.
