//! What `plan`, `apply`, `destroy` and `import` have in common: the configuration with its variables, the locked state, the
//! providers, and the plan made of them.

mod carry_out;
mod clock;
mod interrupt;
mod prepare;
mod progress;
mod prompt;
mod runtime;
mod saved;
mod variables;

pub(crate) use carry_out::carry_out;
use interrupt::unless_interrupted;
pub(crate) use prepare::{Prepared, Wanted, load, mode, prepare, prepare_with, settings};
pub(crate) use prompt::{confirm, is_allowed as may_ask};
pub(crate) use runtime::block_on;
pub(crate) use saved::{apply_saved, read_saved};
pub(crate) use variables::{Variables, known_variables};
