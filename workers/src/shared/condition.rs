//! A condition variable: wait, with a lock released meanwhile, until somebody says that what the
//! lock protects has changed.

use std::time::Duration;

use super::error::SharedError;
use super::guard::{Acquired, Guard};
use super::layout::{self, Kind, ParkingWords};
use super::parking::{LOOK_AGAIN, Parking, Until};
use super::segment::Segment;
use super::token::{Object, need, tokens};

/// A condition variable for any lock of this module.
///
/// As everywhere, a wait may end for no reason, so what is waited for is looked at again:
/// [`wait_while`](Self::wait_while) does. A notified process that is killed before it does
/// anything does not take the notification along: who else waits looks again within a tenth of a
/// second.
///
/// ```
/// use workers::shared::{Condition, LockedValue};
///
/// let stock = LockedValue::new(0_u32)?;
/// let delivered = Condition::new()?;
/// std::thread::scope(|scope| {
///     scope.spawn(|| {
///         *stock.acquire().into_guard() += 3;
///         delivered.notify_all();
///     });
///     let held = stock.acquire().into_guard();
///     let mut held = delivered.wait_while(held, |stock| *stock < 3).into_guard();
///     *held -= 3;
/// });
/// # Ok::<(), workers::shared::SharedError>(())
/// ```
pub struct Condition {
    segment: Segment,
}

tokens!(Condition);

impl Condition {
    /// One that nobody waits for.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn new() -> Result<Self, SharedError> {
        let content = size_of::<ParkingWords>();
        let segment = Segment::create(Self::KIND, content, Self::BELLS)?;
        Ok(Self { segment })
    }

    fn parking(&self) -> Parking<'_> {
        self.segment.parking(self.segment.words(), 0)
    }

    /// Releases the lock, waits for a notification, and acquires the lock again.
    pub fn wait<'a, D: ?Sized>(&self, held: Guard<'a, D>) -> Acquired<Guard<'a, D>> {
        self.wait_until(held, Until::Never).0
    }

    /// As [`wait`](Self::wait), for no longer than `limit` (acquiring the lock again takes what it
    /// takes); also whether there was a notification.
    pub fn wait_timeout<'a, D: ?Sized>(
        &self,
        held: Guard<'a, D>,
        limit: Duration,
    ) -> (Acquired<Guard<'a, D>>, bool) {
        self.wait_until(held, Until::after(limit))
    }

    /// Waits as long as `waits` says so of what the lock protects. Abandoned if the lock was so
    /// at any time meanwhile.
    pub fn wait_while<'a, D: ?Sized>(
        &self,
        held: Guard<'a, D>,
        waits: impl FnMut(&mut D) -> bool,
    ) -> Acquired<Guard<'a, D>> {
        self.wait_while_until(held, waits, Until::Never).0
    }

    /// As [`wait_while`](Self::wait_while), for no longer than `limit`; also whether what was
    /// waited for came.
    pub fn wait_while_timeout<'a, D: ?Sized>(
        &self,
        held: Guard<'a, D>,
        waits: impl FnMut(&mut D) -> bool,
        limit: Duration,
    ) -> (Acquired<Guard<'a, D>>, bool) {
        self.wait_while_until(held, waits, Until::after(limit))
    }

    /// Wakes one that waits, if any does. Holding the lock is not needed.
    pub fn notify_one(&self) {
        self.parking().notify_one();
    }

    /// Wakes all that wait.
    pub fn notify_all(&self) {
        self.parking().notify_all();
    }

    fn wait_until<'a, D: ?Sized>(
        &self,
        held: Guard<'a, D>,
        until: Until,
    ) -> (Acquired<Guard<'a, D>>, bool) {
        let parking = self.parking();
        // Taken before the lock is released, so that nobody can notify in between unnoticed.
        let ticket = parking.prepare();
        let mut notified = false;
        let acquired = held.without(|| {
            while let Some(nap) = until.nap(LOOK_AGAIN) {
                parking.wait(ticket, nap);
                if parking.moved_on(ticket) {
                    break;
                }
            }
            notified = parking.moved_on(ticket);
        });
        (acquired, notified)
    }

    fn wait_while_until<'a, D: ?Sized>(
        &self,
        mut held: Guard<'a, D>,
        mut waits: impl FnMut(&mut D) -> bool,
        until: Until,
    ) -> (Acquired<Guard<'a, D>>, bool) {
        let mut abandoned = false;
        let mut came = !waits(&mut held);
        while !came && until.nap(LOOK_AGAIN).is_some() {
            let (acquired, _) = self.wait_until(held, until);
            abandoned |= acquired.is_abandoned();
            held = acquired.into_guard();
            came = !waits(&mut held);
        }
        let acquired = if abandoned {
            Acquired::Abandoned(held)
        } else {
            Acquired::Clean(held)
        };
        (acquired, came)
    }
}

impl Object for Condition {
    const KIND: Kind = Kind::new(layout::CONDITION);
    const BELLS: usize = 1;

    fn from_segment(segment: Segment, _: u32) -> Result<Self, SharedError> {
        need(&segment, size_of::<ParkingWords>())?;
        Ok(Self { segment })
    }
}
