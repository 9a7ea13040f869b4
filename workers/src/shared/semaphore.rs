//! A semaphore: so many at once.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use super::error::SharedError;
use super::layout::{self, Kind, SemaphoreWords};
use super::parking::{Parking, Until};
use super::segment::Segment;
use super::token::{Object, need, tokens};

/// Looks before falling asleep: some microseconds.
const SPINS: u32 = 10;

/// More permits were given back than the semaphore may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a semaphore of {most} permits cannot take back more than were acquired")]
pub struct TooManyPermits {
    /// How many it may have.
    pub most: u32,
}

/// A number of permits; who acquires one waits until there is one.
///
/// A permit is not tied to who acquired it, and is not given back when its process is killed:
/// that a semaphore may be released by somebody else is what it is for. Use a
/// [`Lock`](super::Lock) where that matters.
///
/// ```
/// use workers::shared::Semaphore;
///
/// let doors = Semaphore::bounded(2)?;
/// let first = doors.acquire();
/// let second = doors.acquire();
/// assert!(doors.try_acquire().is_none());
/// drop(first);
/// second.forget();
/// doors.release(1)?;
/// assert_eq!(doors.permits(), 2);
/// assert!(doors.release(1).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Semaphore {
    segment: Segment,
}

tokens!(Semaphore);

impl Semaphore {
    /// With so many permits to begin with; more can be released than were acquired.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn new(permits: u32) -> Result<Self, SharedError> {
        Self::with(permits, u32::MAX)
    }

    /// With so many permits and never more.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn bounded(permits: u32) -> Result<Self, SharedError> {
        Self::with(permits, permits)
    }

    fn with(permits: u32, most: u32) -> Result<Self, SharedError> {
        let content = size_of::<SemaphoreWords>();
        let segment = Segment::create(Self::KIND, content, Self::BELLS)?;
        let words: &SemaphoreWords = segment.words();
        words.permits.store(permits, SeqCst);
        words.most.store(most, SeqCst);
        Ok(Self { segment })
    }

    fn words(&self) -> &SemaphoreWords {
        self.segment.words()
    }

    fn parking(&self) -> Parking<'_> {
        self.segment.parking(&self.words().parking, 0)
    }

    fn take(&self) -> Option<()> {
        self.words()
            .permits
            .fetch_update(SeqCst, SeqCst, |permits| permits.checked_sub(1))
            .ok()
            .map(|_| ())
    }

    fn take_until(&self, until: Until) -> Option<Permit<'_>> {
        self.parking()
            .wait_for(until, SPINS, |_| self.take())
            .map(|()| Permit { semaphore: self })
    }

    /// Waits for a permit.
    pub fn acquire(&self) -> Permit<'_> {
        loop {
            if let Some(permit) = self.take_until(Until::Never) {
                return permit;
            }
        }
    }

    /// Waits no longer than `limit`; `None` when there was none.
    pub fn acquire_timeout(&self, limit: Duration) -> Option<Permit<'_>> {
        self.take_until(Until::after(limit))
    }

    /// Does not wait.
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.take().map(|()| Permit { semaphore: self })
    }

    /// Gives permits, also ones that nobody acquired unless the semaphore is bounded.
    ///
    /// # Errors
    /// When it would have more than it may; then it is left as it was.
    pub fn release(&self, permits: u32) -> Result<(), TooManyPermits> {
        let words = self.words();
        let most = words.most.load(SeqCst);
        words
            .permits
            .fetch_update(SeqCst, SeqCst, |now| {
                now.checked_add(permits).filter(|&sum| sum <= most)
            })
            .map_err(|_| TooManyPermits { most })?;
        match permits {
            0 => {}
            1 => self.parking().notify_one(),
            _ => self.parking().notify_all(),
        }
        Ok(())
    }

    /// How many can be acquired at this moment, which is over when it is read.
    pub fn permits(&self) -> u32 {
        self.words().permits.load(SeqCst)
    }
}

/// A permit, which is given back when dropped.
#[derive(Debug)]
#[must_use = "a permit that is dropped is given back at once"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Permit<'_> {
    /// Keeps it; somebody else will [`release`](Semaphore::release) it, or nobody.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        // Refused only if somebody released one that was not theirs; then this one is too many.
        let _ = self.semaphore.release(1);
    }
}

impl Object for Semaphore {
    const KIND: Kind = Kind::new(layout::SEMAPHORE);
    const BELLS: usize = 1;

    fn from_segment(segment: Segment, _: u32) -> Result<Self, SharedError> {
        need(&segment, size_of::<SemaphoreWords>())?;
        Ok(Self { segment })
    }
}
