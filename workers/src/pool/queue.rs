//! The tasks that wait for a worker: by priority, then in the order of their coming.

use std::collections::{BTreeMap, HashMap};

/// A place in the queue: a higher priority first, then a lower number.
type Rank = (std::cmp::Reverse<i32>, u64);

pub(crate) struct Queue<E> {
    waiting: BTreeMap<Rank, (u64, E)>,
    ranks: HashMap<u64, Rank>,
    next: u64,
}

impl<E> Default for Queue<E> {
    fn default() -> Self {
        Self {
            waiting: BTreeMap::new(),
            ranks: HashMap::new(),
            // Room below for those that come back.
            next: u64::MAX / 2,
        }
    }
}

impl<E> Queue<E> {
    pub(crate) fn push(&mut self, task: u64, priority: i32, entry: E) {
        self.insert((std::cmp::Reverse(priority), self.next), task, entry);
        self.next += 1;
    }

    /// Tasks that were with a worker and come back go before all others of their priority.
    pub(crate) fn push_front(&mut self, task: u64, priority: i32, entry: E) {
        let first = self
            .waiting
            .range((std::cmp::Reverse(priority), 0)..)
            .next()
            .map_or(self.next, |(&(_, number), _)| number.min(self.next));
        self.insert((std::cmp::Reverse(priority), first - 1), task, entry);
    }

    fn insert(&mut self, rank: Rank, task: u64, entry: E) {
        self.waiting.insert(rank, (task, entry));
        self.ranks.insert(task, rank);
    }

    pub(crate) fn pop(&mut self) -> Option<(u64, E)> {
        let (_, (task, entry)) = self.waiting.pop_first()?;
        self.ranks.remove(&task);
        Some((task, entry))
    }

    pub(crate) fn remove(&mut self, task: u64) -> Option<E> {
        let rank = self.ranks.remove(&task)?;
        self.waiting.remove(&rank).map(|(_, entry)| entry)
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(crate) fn drain(&mut self) -> Vec<(u64, E)> {
        self.ranks.clear();
        std::mem::take(&mut self.waiting).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_priority_goes_first_and_equals_go_in_order() {
        let mut queue = Queue::default();
        for (task, priority) in [(0, 0), (1, 5), (2, 0), (3, 5), (4, -1)] {
            queue.push(task, priority, ());
        }
        queue.push_front(9, 0, ());
        queue.push_front(8, 7, ());
        queue.remove(2);
        let order: Vec<u64> = std::iter::from_fn(|| queue.pop().map(|(task, ())| task)).collect();
        assert_eq!(order, [8, 1, 3, 9, 0, 4]);
    }
}
