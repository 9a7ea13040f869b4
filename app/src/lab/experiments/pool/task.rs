//! What the workers of the experiment's pool do, and when they did it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use workers::pool::{Context, Failure, Task};

use crate::lab::trace::{Nanos, Trace};

/// To square a number, with some work about it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Square {
    number: u64,
    work: Duration,
}

/// A number's square, who made it and when.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(super) number: u64,
    pub(super) square: u64,
    pub(super) pid: u32,
    /// Nanoseconds of the wall clock, which is the one clock that all processes have in common.
    from: u64,
    to: u64,
}

impl Square {
    pub(super) fn new(number: u64, work: Duration) -> Self {
        Self { number, work }
    }
}

impl Task for Square {
    type Output = Done;

    fn run(self, context: &Context<'_, Self>) -> Result<Done, Failure> {
        let from = wall_clock();
        let begun = Instant::now();
        let mut number = self.number;
        // Work, and no sleep: it is to take a core.
        while begun.elapsed() < self.work {
            for _ in 0..10_000 {
                number = number
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
            }
            std::hint::black_box(number);
            context.checkpoint()?;
        }
        Ok(Done {
            number: self.number,
            square: self.number.wrapping_mul(self.number),
            pid: std::process::id(),
            from,
            to: wall_clock(),
        })
    }
}

fn wall_clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}

/// Where the wall clock stands against the lab's.
pub(super) struct WallClock {
    wall: u64,
    lab: Nanos,
}

impl WallClock {
    pub(super) fn now(trace: &Trace) -> Self {
        Self {
            wall: wall_clock(),
            lab: trace.now(),
        }
    }

    /// When a task began and ended, in the lab's time. Both are in the past, also if somebody has
    /// set the clock meanwhile.
    pub(super) fn span(&self, done: &Done) -> (Nanos, Nanos) {
        let at = |wall: u64| self.lab.saturating_sub(self.wall.saturating_sub(wall));
        (at(done.from), at(done.to))
    }
}
