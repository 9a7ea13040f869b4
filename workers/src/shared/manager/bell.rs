//! Waking those who wait for something that a mutex protects, at no cost while nobody does.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Condvar, MutexGuard, PoisonError};
use std::time::Duration;

/// A condition variable that knows how many sleep on it: the standard one calls the system for
/// each notification, whether anybody hears it or not.
///
/// The count needs no order of its own, because it is changed under the mutex: whoever rings has
/// held that since, so it sees all who found nothing before. Who comes later finds the change.
#[derive(Default)]
pub(super) struct Bell {
    condvar: Condvar,
    sleeping: AtomicUsize,
}

impl Bell {
    /// Sleeps until it rings, for so long at most, or for no reason.
    pub(super) fn sleep<'a, S>(
        &self,
        state: MutexGuard<'a, S>,
        longest: Duration,
    ) -> MutexGuard<'a, S> {
        self.sleeping.fetch_add(1, Relaxed);
        let woken = self.condvar.wait_timeout(state, longest);
        self.sleeping.fetch_sub(1, Relaxed);
        woken.unwrap_or_else(PoisonError::into_inner).0
    }

    /// After something was changed under the mutex.
    pub(super) fn ring_for_one(&self) {
        if self.sleeping.load(Relaxed) > 0 {
            self.condvar.notify_one();
        }
    }

    /// As for one.
    pub(super) fn ring_for_all(&self) {
        if self.sleeping.load(Relaxed) > 0 {
            self.condvar.notify_all();
        }
    }
}
