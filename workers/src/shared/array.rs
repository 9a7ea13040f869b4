//! Numbers that several processes share, with and without a lock.

use std::marker::PhantomData;
use std::time::Duration;

use super::error::SharedError;
use super::guard::{Acquired, Guard};
use super::layout::{self, Kind};
use super::lock::{Gained, Mutex};
use super::parking::Until;
use super::plain::Plain;
use super::segment::Segment;
use super::token::{Object, need, tokens};
use super::value::PROTECTED;

/// Numbers without a lock. Each is read and written atomically, for itself; see
/// [`Value`](super::Value) for what that does not give. A pass over all of them may see some from
/// before and some from after what another process does.
///
/// ```
/// use workers::shared::Array;
///
/// let counts = Array::zeroed(3)?;
/// counts.fetch_add(1, 5_u64);
/// counts.store(2, 7);
/// assert_eq!(counts.to_vec(), [0, 5, 7]);
/// # Ok::<(), workers::shared::SharedError>(())
/// ```
pub struct Array<T> {
    segment: Segment,
    length: usize,
    holds: PhantomData<T>,
}

tokens!(Array<T>);

#[expect(
    clippy::len_without_is_empty,
    reason = "its length never changes, so whoever made it knows"
)]
impl<T: Plain> Array<T> {
    /// So many zeros.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn zeroed(length: usize) -> Result<Self, SharedError> {
        zeroed::<T, Self>(length, 0)
    }

    /// Shares a copy of these.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn new(values: &[T]) -> Result<Self, SharedError> {
        let shared = Self::zeroed(values.len())?;
        for (atomic, &value) in shared.atomics().iter().zip(values) {
            T::store(atomic, value);
        }
        Ok(shared)
    }

    fn atomics(&self) -> &[T::Atomic] {
        self.segment.slice(0, self.length)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// What one of them is.
    ///
    /// # Panics
    /// As indexing a slice does: this and the other methods with an `index`, beyond the end.
    pub fn load(&self, index: usize) -> T {
        T::load(&self.atomics()[index])
    }

    /// Makes one of them this.
    pub fn store(&self, index: usize, value: T) {
        T::store(&self.atomics()[index], value);
    }

    /// Makes one of them this; what it was.
    pub fn swap(&self, index: usize, value: T) -> T {
        T::swap(&self.atomics()[index], value)
    }

    /// Adds to one of them in one step; what it was. Integers wrap around.
    pub fn fetch_add(&self, index: usize, value: T) -> T {
        T::add(&self.atomics()[index], value)
    }

    /// Makes one of them `f` of what it is, and calls `f` again if somebody wrote meanwhile; what
    /// it was.
    pub fn update(&self, index: usize, f: impl FnMut(T) -> T) -> T {
        T::update(&self.atomics()[index], f)
    }

    /// All of them, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = T> {
        self.atomics().iter().map(T::load)
    }

    /// A copy of all of them.
    pub fn to_vec(&self) -> Vec<T> {
        self.iter().collect()
    }
}

impl<T: Plain> Object for Array<T> {
    const KIND: Kind = Kind::of(layout::ARRAY, T::CODE);
    const BELLS: usize = 0;

    fn from_segment(segment: Segment, _: u32) -> Result<Self, SharedError> {
        Ok(Self {
            length: segment.content() / size_of::<T>(),
            segment,
            holds: PhantomData,
        })
    }
}

/// Numbers with a lock of their own; who holds the lock uses them as any slice.
///
/// ```
/// use workers::shared::LockedArray;
///
/// let numbers = LockedArray::new(&[3, 1, 2])?;
/// numbers.acquire().into_guard().sort();
/// assert_eq!(*numbers.acquire().into_guard(), [1, 2, 3]);
/// # Ok::<(), workers::shared::SharedError>(())
/// ```
pub struct LockedArray<T> {
    segment: Segment,
    length: usize,
    holds: PhantomData<T>,
}

tokens!(LockedArray<T>);

#[expect(
    clippy::len_without_is_empty,
    reason = "its length never changes, so whoever made it knows"
)]
impl<T: Plain> LockedArray<T> {
    /// So many zeros.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn zeroed(length: usize) -> Result<Self, SharedError> {
        zeroed::<T, Self>(length, PROTECTED)
    }

    /// Shares a copy of these.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn new(values: &[T]) -> Result<Self, SharedError> {
        let shared = Self::zeroed(values.len())?;
        shared.acquire().into_guard().copy_from_slice(values);
        Ok(shared)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.length
    }

    fn mutex(&self) -> Mutex<'_> {
        Mutex::new(&self.segment, self.segment.words(), 0)
    }

    fn guard(&self, gained: Gained) -> Acquired<Guard<'_, [T]>> {
        let guard = Guard::of_slice(self.mutex(), &self.segment, PROTECTED, self.length);
        Acquired::new(gained, guard)
    }

    /// Waits until the lock is free.
    pub fn acquire(&self) -> Acquired<Guard<'_, [T]>> {
        self.guard(self.mutex().take_whenever(Until::Never))
    }

    /// Waits no longer than `limit`; `None` when the lock was not to be had.
    pub fn acquire_timeout(&self, limit: Duration) -> Option<Acquired<Guard<'_, [T]>>> {
        let gained = self.mutex().take(Until::after(limit))?;
        Some(self.guard(gained))
    }

    /// Does not wait.
    pub fn try_acquire(&self) -> Option<Acquired<Guard<'_, [T]>>> {
        let gained = self.mutex().try_take()?;
        Some(self.guard(gained))
    }
}

impl<T: Plain> Object for LockedArray<T> {
    const KIND: Kind = Kind::of(layout::LOCKED_ARRAY, T::CODE);
    const BELLS: usize = 1;

    fn from_segment(segment: Segment, _: u32) -> Result<Self, SharedError> {
        need(&segment, PROTECTED)?;
        Ok(Self {
            length: (segment.content() - PROTECTED) / size_of::<T>(),
            segment,
            holds: PhantomData,
        })
    }
}

/// A new array, with so many bytes before its elements. How long it is, it knows from its segment,
/// as whoever opens it does.
fn zeroed<T, A: Object>(length: usize, before: usize) -> Result<A, SharedError> {
    let segment = Segment::create(A::KIND, before + bytes::<T>(length)?, A::BELLS)?;
    A::from_segment(segment, 0)
}

/// How many bytes so many elements take; a little less than would overflow is left to the system
/// to refuse.
fn bytes<T>(length: usize) -> Result<usize, SharedError> {
    length
        .checked_mul(size_of::<T>())
        .filter(|&bytes| bytes <= isize::MAX as usize / 2)
        .ok_or(SharedError::BadSize(
            "that is more memory than there can be",
        ))
}
