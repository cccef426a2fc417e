//! What comes after what: items that wait for others, and are skipped when one of those failed. Knows nothing of what the items are.

use std::collections::HashSet;

/// One item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id(usize);

/// How an item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// What waits for it may begin.
    Done,
    /// What waits for it, directly or not, never begins.
    Failed,
}

/// Items and their order.
#[derive(Debug)]
pub(crate) struct Schedule<T> {
    items: Vec<Item<T>>,
    edges: HashSet<(Id, Id)>,
    left: usize,
}

#[derive(Debug)]
struct Item<T> {
    what: T,
    /// How many items it still waits for.
    waits: usize,
    then: Vec<Id>,
    over: bool,
}

impl<T> Default for Schedule<T> {
    fn default() -> Self {
        Self { items: Vec::new(), edges: HashSet::new(), left: 0 }
    }
}

impl<T> Schedule<T> {
    /// Adds an item that waits for nothing yet.
    pub(crate) fn add(&mut self, what: T) -> Id {
        self.items.push(Item { what, waits: 0, then: Vec::new(), over: false });
        self.left += 1;
        Id(self.items.len() - 1)
    }

    /// Makes `later` wait for `earlier`. Saying it twice is saying it once.
    pub(crate) fn order(&mut self, earlier: Id, later: Id) {
        if earlier != later && self.edges.insert((earlier, later)) {
            self.items[earlier.0].then.push(later);
            self.items[later.0].waits += 1;
        }
    }

    /// What an item is.
    pub(crate) fn get(&self, id: Id) -> &T {
        &self.items[id.0].what
    }

    /// The items that wait for nothing, before anything ended.
    pub(crate) fn first(&self) -> Vec<Id> {
        (0..self.items.len()).filter(|index| self.items[*index].waits == 0).map(Id).collect()
    }

    /// Notes that an item ended: the items that may begin now, and those that never will.
    pub(crate) fn end(&mut self, id: Id, end: End) -> (Vec<Id>, Vec<Id>) {
        self.close(id);
        match end {
            End::Done => (self.release(id), Vec::new()),
            End::Failed => (Vec::new(), self.skip(id)),
        }
    }

    /// How many items neither ended nor were skipped.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    fn close(&mut self, id: Id) {
        self.items[id.0].over = true;
        self.left -= 1;
    }

    fn release(&mut self, id: Id) -> Vec<Id> {
        let mut ready = Vec::new();
        for later in self.items[id.0].then.clone() {
            let item = &mut self.items[later.0];
            item.waits -= 1;
            if item.waits == 0 && !item.over {
                ready.push(later);
            }
        }
        ready
    }

    fn skip(&mut self, id: Id) -> Vec<Id> {
        let mut skipped = Vec::new();
        let mut open = self.items[id.0].then.clone();
        while let Some(later) = open.pop() {
            if !self.items[later.0].over {
                self.close(later);
                skipped.push(later);
                open.extend(&self.items[later.0].then);
            }
        }
        skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_begins_when_all_it_waits_for_is_done() {
        let mut schedule = Schedule::default();
        let (a, b, c) = (schedule.add('a'), schedule.add('b'), schedule.add('c'));
        schedule.order(a, c);
        schedule.order(b, c);
        schedule.order(b, c);
        assert_eq!(schedule.first(), [a, b]);
        assert_eq!(schedule.end(a, End::Done), (vec![], vec![]));
        assert_eq!(schedule.end(b, End::Done), (vec![c], vec![]));
        assert_eq!((schedule.left(), schedule.get(c)), (1, &'c'));
    }

    #[test]
    fn a_failure_stops_only_what_depends_on_it() {
        let mut schedule = Schedule::default();
        let (a, b, c, d) = (schedule.add('a'), schedule.add('b'), schedule.add('c'), schedule.add('d'));
        schedule.order(a, b);
        schedule.order(b, c);
        schedule.order(d, c);
        assert_eq!(schedule.end(a, End::Failed), (vec![], vec![b, c]));
        assert_eq!(schedule.end(d, End::Done), (vec![], vec![]));
        assert_eq!(schedule.left(), 0);
    }
}
