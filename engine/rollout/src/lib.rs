//! Strategies and health verdicts.
