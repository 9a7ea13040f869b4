//! What drawing costs: how long the event loop is busy with a frame, painting included.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The smoothed cost of a frame, written by the event loop and read when the next is planned.
#[derive(Clone, Debug, Default)]
pub(crate) struct FrameCost(Arc<AtomicU64>);

impl FrameCost {
    /// Notes one frame. An eighth of its weight: one slow frame must not slow the next ten.
    pub(crate) fn note(&self, cost: Duration) {
        // A freeze is not what drawing costs.
        let cost = cost.min(Duration::from_millis(100));
        let cost = u64::try_from(cost.as_micros()).unwrap_or(u64::MAX);
        let before = self.0.load(Ordering::Relaxed);
        let after = if before == 0 {
            cost
        } else {
            (before * 7 + cost) / 8
        };
        self.0.store(after, Ordering::Relaxed);
    }

    /// What a frame costs lately.
    pub(crate) fn get(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}
