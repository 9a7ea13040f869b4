//! An event: something that has happened, or not yet.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use super::error::SharedError;
use super::layout::{self, EventWords, Kind};
use super::parking::{Parking, Until};
use super::segment::Segment;
use super::token::{Object, need, tokens};

/// Looks before falling asleep: some microseconds.
const SPINS: u32 = 10;
const SET: u32 = 1;
/// The bits above [`SET`] count how many times it was set.
const ONCE: u32 = 2;

/// A flag that several processes can wait for. All who wait when it is set go on, even if it is
/// cleared before they are awake.
///
/// ```
/// use std::time::Duration;
/// use workers::shared::Event;
///
/// let started = Event::new()?;
/// assert!(!started.wait_timeout(Duration::from_millis(1)));
/// started.set();
/// started.wait();
/// started.clear();
/// assert!(!started.is_set());
/// # Ok::<(), workers::shared::SharedError>(())
/// ```
pub struct Event {
    segment: Segment,
}

tokens!(Event);

impl Event {
    /// One that is not set.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn new() -> Result<Self, SharedError> {
        let content = size_of::<EventWords>();
        let segment = Segment::create(Self::KIND, content, Self::BELLS)?;
        Ok(Self { segment })
    }

    fn words(&self) -> &EventWords {
        self.segment.words()
    }

    fn parking(&self) -> Parking<'_> {
        self.segment.parking(&self.words().parking, 0)
    }

    /// Sets it; all who wait go on.
    pub fn set(&self) {
        let state = &self.words().state;
        let changed = state.fetch_update(SeqCst, SeqCst, |now| {
            (now & SET == 0).then(|| now.wrapping_add(ONCE) | SET)
        });
        if changed.is_ok() {
            self.parking().notify_all();
        }
    }

    /// Who waits from now on waits until it is set again.
    pub fn clear(&self) {
        self.words().state.fetch_and(!SET, SeqCst);
    }

    /// Whether it is set.
    pub fn is_set(&self) -> bool {
        self.words().state.load(SeqCst) & SET != 0
    }

    /// Waits until it is set.
    pub fn wait(&self) {
        while !self.wait_until(Until::Never) {}
    }

    /// Waits no longer than `limit`; whether it was set.
    pub fn wait_timeout(&self, limit: Duration) -> bool {
        self.wait_until(Until::after(limit))
    }

    fn wait_until(&self, until: Until) -> bool {
        let state = &self.words().state;
        let before = state.load(SeqCst) & !SET;
        self.parking()
            .wait_for(until, SPINS, |_| {
                let now = state.load(SeqCst);
                (now & SET != 0 || now & !SET != before).then_some(())
            })
            .is_some()
    }
}

impl Object for Event {
    const KIND: Kind = Kind::new(layout::EVENT);
    const BELLS: usize = 1;

    fn from_segment(segment: Segment, _: u32) -> Result<Self, SharedError> {
        need(&segment, size_of::<EventWords>())?;
        Ok(Self { segment })
    }
}
