//! Direct: all traffic at once, as soon as the new revision is available.

use super::Next;

pub(super) fn after() -> Next {
    Next::All
}
