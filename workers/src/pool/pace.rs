//! How long tasks take, and so how many a worker should hold: enough to be busy while the news of
//! one travels to the pool and the next travels back, and no more, because what a worker holds
//! waits for that worker.

use std::time::Duration;

/// Work that is worth having in a worker's hands.
const HELD: Duration = Duration::from_millis(1);
/// Where a task takes longer than this, the way there and back is not worth hiding.
const LONG: Duration = Duration::from_millis(10);
const MOST: usize = 1024;

/// The pace of a pool's tasks so far.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    typical: Option<Duration>,
}

impl Pace {
    /// A task took so long. A longer one than before counts more than a shorter one: to hold
    /// too little costs a little time each, to hold too much makes tasks wait.
    pub(crate) fn note(&mut self, took: Duration) {
        self.typical = Some(match self.typical {
            None => took,
            Some(before) if took > before => (before + took) / 2,
            Some(before) => before - (before - took) / 8,
        });
    }

    /// How many tasks a worker should hold, with the one it is at.
    pub(crate) fn worth_holding(&self) -> usize {
        match self.typical {
            // Nothing is known yet, or it does not matter.
            None => 1,
            Some(typical) if typical > LONG => 1,
            Some(typical) => {
                let worth = HELD.as_nanos() / typical.as_nanos().max(1);
                usize::try_from(worth).unwrap_or(MOST).clamp(1, MOST - 1) + 1
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tasks_are_held_ahead_and_long_ones_are_not() {
        let mut pace = Pace::default();
        assert_eq!(pace.worth_holding(), 1);
        pace.note(Duration::from_micros(10));
        assert_eq!(pace.worth_holding(), 101);
        // One long task, and nothing is held until many short ones have followed.
        pace.note(Duration::from_secs(1));
        assert_eq!(pace.worth_holding(), 1);
        let mut short = 0;
        while pace.worth_holding() == 1 {
            pace.note(Duration::from_micros(10));
            short += 1;
        }
        assert!((20..60).contains(&short), "{short}");
        for _ in 0..200 {
            pace.note(Duration::ZERO);
        }
        assert_eq!(pace.worth_holding(), MOST);
    }
}
