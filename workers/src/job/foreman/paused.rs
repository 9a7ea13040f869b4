//! Pauses, which are no time at work.

use std::time::{Duration, Instant};

/// How long a job has been paused altogether, and since when it is.
#[derive(Default)]
pub(super) struct Paused {
    pub(super) before: Duration,
    pub(super) since: Option<Instant>,
}

impl Paused {
    pub(super) fn total(&self) -> Duration {
        self.before + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}
