//! The line under a plan, and what is said where there is nothing to do.

use crate::{Action, Mode, Plan};

use super::style::{BOLD, GREEN, Painter};

/// How many objects a plan adds, changes and so on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects created, replacements included.
    pub add: usize,
    /// Objects changed in place.
    pub change: usize,
    /// Objects destroyed, replacements included.
    pub remove: usize,
    /// Objects imported.
    pub import: usize,
    /// Objects no longer managed.
    pub forget: usize,
}

/// Counts what a plan does.
pub fn counts(plan: &Plan) -> Counts {
    let mut counts = Counts::default();
    for change in &plan.changes {
        match change.action {
            Action::Create => counts.add += 1,
            Action::Update => counts.change += 1,
            Action::Delete => counts.remove += 1,
            Action::DeleteThenCreate | Action::CreateThenDelete => {
                counts.add += 1;
                counts.remove += 1;
            }
            Action::Forget => counts.forget += 1,
            Action::NoOp | Action::Read => {}
        }
        counts.import += usize::from(change.importing.is_some());
    }
    counts
}

/// `Plan: 2 to add, 1 to change, 0 to destroy.`
pub(super) fn line(plan: &Plan, painter: Painter) -> String {
    format!("{}{}", painter.paint(BOLD, "Plan:"), counts(plan).to_string().trim_start_matches("Plan:"))
}

/// As the line under a plan.
impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plan: ")?;
        if self.import > 0 {
            write!(f, "{} to import, ", self.import)?;
        }
        write!(f, "{} to add, {} to change, {} to destroy.", self.add, self.change, self.remove)
    }
}

/// What is said of a plan that has nothing to do. `drift`: of changes made elsewhere was told above.
pub(super) fn no_changes(plan: &Plan, drift: bool, painter: Painter) -> String {
    let (phrase, sentence) = match plan.mode {
        Mode::Normal => (
            "Your infrastructure matches the configuration.",
            if drift {
                "What changed elsewhere needs no answer: what is and what the configuration says are the same."
            } else {
                "What is there was compared with what the configuration says, and nothing differs."
            },
        ),
        Mode::Destroy => ("No objects need to be destroyed.", "Nothing was created yet, or everything is gone already."),
        Mode::RefreshOnly => (
            "Your infrastructure still matches the configuration.",
            "What is there was compared with what the state remembers, and nothing differs.",
        ),
    };
    let painted = painter.paint(BOLD, format_args!("{} {phrase}", painter.paint(GREEN, "No changes.")));
    format!("{painted}\n\n{sentence}\n")
}
