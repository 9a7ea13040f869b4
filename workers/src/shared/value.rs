//! A number that several processes share, with and without a lock.

use std::marker::PhantomData;
use std::time::Duration;

use super::error::SharedError;
use super::guard::{Acquired, Guard};
use super::layout::{self, Kind, LockWords};
use super::lock::{Gained, Mutex};
use super::parking::Until;
use super::plain::Plain;
use super::segment::Segment;
use super::token::{Object, need, tokens};

/// Where what a lock protects begins: in the same cache line on most processors, so that what
/// comes with the lock is what is wanted next.
pub(super) const PROTECTED: usize = 32;
const _: () = assert!(size_of::<LockWords>() <= PROTECTED);

/// A number without a lock: reading and writing it are atomic, each for itself. A value that is
/// read, changed and written again may lose what others wrote in between;
/// [`fetch_add`](Self::fetch_add) and [`update`](Self::update) do not.
///
/// ```
/// use workers::shared::Value;
///
/// let count = Value::new(1_u32)?;
/// count.store(count.load() + 1); // loses what another process adds meanwhile
/// count.fetch_add(1); // does not
/// assert_eq!(count.load(), 3);
/// # Ok::<(), workers::shared::SharedError>(())
/// ```
pub struct Value<T> {
    segment: Segment,
    holds: PhantomData<T>,
}

tokens!(Value<T>);

impl<T: Plain> Value<T> {
    /// Shares a number.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn new(value: T) -> Result<Self, SharedError> {
        let shared = Self {
            segment: Segment::create(Self::KIND, size_of::<T>(), 0)?,
            holds: PhantomData,
        };
        shared.store(value);
        Ok(shared)
    }

    fn atomic(&self) -> &T::Atomic {
        self.segment.words()
    }

    /// What it is.
    pub fn load(&self) -> T {
        T::load(self.atomic())
    }

    /// Makes it this.
    pub fn store(&self, value: T) {
        T::store(self.atomic(), value);
    }

    /// Makes it this; what it was.
    pub fn swap(&self, value: T) -> T {
        T::swap(self.atomic(), value)
    }

    /// Adds in one step; what it was. Integers wrap around.
    pub fn fetch_add(&self, value: T) -> T {
        T::add(self.atomic(), value)
    }

    /// Makes it `f` of what it is, and calls `f` again if somebody wrote meanwhile; what it was.
    pub fn update(&self, f: impl FnMut(T) -> T) -> T {
        T::update(self.atomic(), f)
    }
}

impl<T: Plain> Object for Value<T> {
    const KIND: Kind = Kind::of(layout::VALUE, T::CODE);
    const BELLS: usize = 0;

    fn from_segment(segment: Segment, _: u32) -> Result<Self, SharedError> {
        need(&segment, size_of::<T>())?;
        Ok(Self {
            segment,
            holds: PhantomData,
        })
    }
}

/// A number with a lock of its own; who holds the lock uses it as any number.
///
/// ```
/// use workers::shared::LockedValue;
///
/// let mean = LockedValue::new(0.5)?;
/// let mut held = mean.acquire().into_guard();
/// *held = (*held + 1.5) / 2.0;
/// drop(held);
/// assert_eq!(*mean.acquire().into_guard(), 1.0);
/// # Ok::<(), workers::shared::SharedError>(())
/// ```
pub struct LockedValue<T> {
    segment: Segment,
    holds: PhantomData<T>,
}

tokens!(LockedValue<T>);

impl<T: Plain> LockedValue<T> {
    /// Shares a number.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn new(value: T) -> Result<Self, SharedError> {
        let content = PROTECTED + size_of::<T>();
        let shared = Self {
            segment: Segment::create(Self::KIND, content, Self::BELLS)?,
            holds: PhantomData,
        };
        *shared.acquire().into_guard() = value;
        Ok(shared)
    }

    fn mutex(&self) -> Mutex<'_> {
        Mutex::new(&self.segment, self.segment.words(), 0)
    }

    fn guard(&self, gained: Gained) -> Acquired<Guard<'_, T>> {
        let guard = Guard::of_one(self.mutex(), &self.segment, PROTECTED);
        Acquired::new(gained, guard)
    }

    /// Waits until the lock is free.
    pub fn acquire(&self) -> Acquired<Guard<'_, T>> {
        self.guard(self.mutex().take_whenever(Until::Never))
    }

    /// Waits no longer than `limit`; `None` when the lock was not to be had.
    pub fn acquire_timeout(&self, limit: Duration) -> Option<Acquired<Guard<'_, T>>> {
        let gained = self.mutex().take(Until::after(limit))?;
        Some(self.guard(gained))
    }

    /// Does not wait.
    pub fn try_acquire(&self) -> Option<Acquired<Guard<'_, T>>> {
        let gained = self.mutex().try_take()?;
        Some(self.guard(gained))
    }
}

impl<T: Plain> Object for LockedValue<T> {
    const KIND: Kind = Kind::of(layout::LOCKED_VALUE, T::CODE);
    const BELLS: usize = 1;

    fn from_segment(segment: Segment, _: u32) -> Result<Self, SharedError> {
        need(&segment, PROTECTED + size_of::<T>())?;
        Ok(Self {
            segment,
            holds: PhantomData,
        })
    }
}
