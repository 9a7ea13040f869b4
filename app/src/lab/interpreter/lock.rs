//! The lock around the interpreter: a flag, a mutex for the flag, and a condition variable that is
//! signalled when it is let go of, as CPython had it before 3.2. Who lets go and wants it again at
//! once mostly gets it again, before the one who was woken is there.
#![expect(
    clippy::disallowed_methods,
    reason = "threads of an experiment, which are to wait for each other"
)]

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::lab::trace::{Kind, LaneRecorder};

#[derive(Default)]
pub(in crate::lab) struct InterpreterLock {
    state: Mutex<State>,
    released: Condvar,
    /// Counts those inside, and knows nothing of the lock: it is what shows whether that works.
    inside: AtomicU32,
    crowded: AtomicBool,
}

#[derive(Default)]
struct State {
    held: bool,
    waiting: u32,
}

impl InterpreterLock {
    /// How many wait for it.
    pub(in crate::lab) fn waiting(&self) -> u32 {
        self.state().waiting
    }

    /// Whether two ever had it at once.
    pub(in crate::lab) fn was_crowded(&self) -> bool {
        self.crowded.load(Ordering::Relaxed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread's place before the lock, and what it went through there.
pub(in crate::lab) struct Seat<'a> {
    lock: &'a InterpreterLock,
    /// Where its turns are recorded; while it need not wait, one turn follows the other.
    lane: Option<LaneRecorder>,
    running: Kind,
    /// What is recorded at this moment, if anything is.
    now: Option<Kind>,
    /// How often it let go while another waited, who was then signalled.
    pub(in crate::lab) signals: u64,
    /// How often it was woken and the lock was taken again already.
    pub(in crate::lab) in_vain: u64,
    pub(in crate::lab) longest_wait: Duration,
}

impl<'a> Seat<'a> {
    /// A place of one that is recorded as `running` in that lane, if it is recorded.
    pub(in crate::lab) fn new(
        lock: &'a InterpreterLock,
        lane: Option<LaneRecorder>,
        running: Kind,
    ) -> Self {
        Self {
            lock,
            lane,
            running,
            now: None,
            signals: 0,
            in_vain: 0,
            longest_wait: Duration::ZERO,
        }
    }

    /// Waits for the lock and takes it.
    pub(in crate::lab) fn acquire(&mut self) {
        let mut state = self.lock.state();
        if state.held {
            let asked = Instant::now();
            state.waiting += 1;
            self.is_now(Kind::Wait);
            loop {
                state = self
                    .lock
                    .released
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                if !state.held {
                    break;
                }
                self.in_vain += 1;
            }
            state.waiting -= 1;
            self.longest_wait = self.longest_wait.max(asked.elapsed());
        }
        state.held = true;
        drop(state);
        // Its first turn too, which it may have got without waiting.
        if self.now != Some(self.running) {
            self.is_now(self.running);
        }
        if self.lock.inside.fetch_add(1, Ordering::Relaxed) > 0 {
            self.lock.crowded.store(true, Ordering::Relaxed);
        }
    }

    /// Lets go of it, and signals one of those who wait.
    pub(in crate::lab) fn release(&mut self) {
        self.lock.inside.fetch_sub(1, Ordering::Relaxed);
        let mut state = self.lock.state();
        state.held = false;
        let somebody_waits = state.waiting > 0;
        drop(state);
        // The system's condition variables go to the kernel only if somebody waits; so does this.
        if somebody_waits {
            self.signals += 1;
            self.lock.released.notify_one();
        }
    }

    /// From its next turn on, its turns are recorded as `running`.
    pub(in crate::lab) fn record_as(&mut self, running: Kind) {
        self.running = running;
    }

    /// Records something that is not simply its turn.
    pub(in crate::lab) fn is_now(&mut self, kind: Kind) {
        self.now = Some(kind);
        if let Some(lane) = &self.lane {
            lane.begin(kind);
        }
    }

    /// Records that it has finished.
    pub(in crate::lab) fn is_over(&mut self) {
        self.now = None;
        if let Some(lane) = &self.lane {
            lane.end();
        }
    }
}
