//! A lock that is one atomic word and nothing else, so that a forked child may ask for it: after a
//! fork of a program with threads, only what is async-signal-safe is defined, and no system's own
//! locks are.
#![expect(
    clippy::disallowed_methods,
    reason = "threads of the experiment sleep between two tries"
)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const FREE: u32 = 0;
const HELD: u32 = 1;

pub(super) struct WordLock(AtomicU32);

/// The lock is held; released when dropped.
pub(super) struct Held<'a>(&'a WordLock);

impl WordLock {
    pub(super) const fn free() -> Self {
        Self(AtomicU32::new(FREE))
    }

    /// Never waits, allocates nothing, calls nothing.
    pub(super) fn try_acquire(&self) -> Option<Held<'_>> {
        self.0
            .compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
            // Not `then_some`: that makes one in any case, and dropping it would release the lock.
            .then(|| Held(self))
    }

    /// Asks again and again, with a pause between.
    pub(super) fn acquire(&self, pause: Duration) -> Held<'_> {
        loop {
            if let Some(held) = self.try_acquire() {
                return held;
            }
            std::thread::sleep(pause);
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.0.store(FREE, Ordering::Release);
    }
}
