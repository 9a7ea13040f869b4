//! The fault drill: what bad luck does to workers, done on purpose and often, so that people can
//! see a job survive it. The dice decide whom and what; nothing here knows how.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::time::{Duration, Instant};

use crate::process::Harm;

/// From one deed to the next, milliseconds.
const PAUSE: std::ops::Range<u64> = 40..200;
/// A worker that was stopped goes on after this, milliseconds.
const STOPPED: std::ops::Range<u64> = 100..800;

/// What a drill has done to a job's workers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Damage {
    /// Ended by force, as from outside.
    pub killed: u64,
    /// Ended as if by a fault of their own.
    pub crashed: u64,
    /// Stopped for a while.
    pub stopped: u64,
}

/// A drill that is on.
pub(super) struct Drill {
    dice: u64,
    next: Instant,
    /// Workers that are stopped, and until when.
    stopped: Vec<(Instant, usize)>,
}

impl Drill {
    pub(super) fn new() -> Self {
        let mut drill = Self {
            // Not the same every time: it is luck.
            dice: RandomState::new().hash_one(0) | 1,
            next: Instant::now(),
            stopped: Vec::new(),
        };
        let pause = drill.between(PAUSE);
        drill.next += pause;
        drill
    }

    /// When it wants to do something next.
    pub(super) fn due(&self) -> Instant {
        let go_on = self.stopped.iter().map(|&(when, _)| when).min();
        go_on.map_or(self.next, |when| when.min(self.next))
    }

    /// What is to be done now, and to whom of so many.
    pub(super) fn deeds(&mut self, now: Instant, workers: usize) -> Vec<(usize, Harm)> {
        let mut deeds = Vec::new();
        self.stopped.retain(|&(when, worker)| {
            let over = when <= now;
            if over {
                deeds.push((worker, Harm::GoOn));
            }
            !over
        });
        if self.next <= now && workers > 0 {
            self.next = now + self.between(PAUSE);
            let worker = self.roll(workers as u64) as usize;
            let harm = match self.roll(3) {
                0 => Harm::Kill,
                1 => Harm::Crash,
                _ => Harm::Stop,
            };
            if let Harm::Stop = harm {
                let until = now + self.between(STOPPED);
                self.stopped.push((until, worker));
            }
            deeds.push((worker, harm));
        }
        deeds
    }

    /// It is over: those that are stopped go on.
    pub(super) fn end(self) -> impl Iterator<Item = usize> {
        self.stopped.into_iter().map(|(_, worker)| worker)
    }

    fn between(&mut self, range: std::ops::Range<u64>) -> Duration {
        Duration::from_millis(range.start + self.roll(range.end - range.start))
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice % sides
    }
}

impl Damage {
    pub(super) fn note(&mut self, harm: Harm) {
        match harm {
            Harm::Kill => self.killed += 1,
            Harm::Crash => self.crashed += 1,
            Harm::Stop => self.stopped += 1,
            Harm::GoOn => {}
        }
    }
}
