//! What the pool has.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::job::backlog::LARGE;
use crate::job::forecast::Amount;
use crate::tasks::bundle::Item;

/// A bundle that the pool has.
pub(super) struct Held {
    pub(super) items: Arc<[Item]>,
    pub(super) reported: usize,
    pub(super) worker: Option<usize>,
    /// When it last was seen to come on: begun, or a file of it settled.
    pub(super) since: Instant,
    /// Since when its time is measured: begun, or the walk over; and until when, the last that was heard
    /// of it. Pauses are taken off both.
    pub(super) begun: Instant,
    pub(super) heard: Instant,
    /// What was done of it before that.
    pub(super) before: Amount,
    /// Bytes that were hashed of what is not reported yet.
    pub(super) unreported: u64,
}

impl Held {
    pub(super) fn left(&self) -> &[Item] {
        &self.items[self.reported..]
    }

    /// Whether its files are those that are better read one by one where heads have to move.
    pub(super) fn is_large(&self) -> bool {
        self.items.first().is_some_and(|item| item.bytes() >= LARGE)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.left().iter().map(Item::bytes).sum()
    }

    /// What was done of it, and what is left.
    pub(super) fn amounts(&self) -> (Amount, Amount) {
        let left = Amount::of(self.left()).less(Amount::new(0, self.unreported));
        (Amount::of(&self.items).less(left), left)
    }

    /// What was done in how long.
    pub(super) fn measured(&self) -> (Amount, Duration) {
        let (done, _) = self.amounts();
        let took = self.heard.saturating_duration_since(self.begun);
        (done.less(self.before), took)
    }
}
