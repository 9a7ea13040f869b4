//! Holding a lock, and what the lock protects while it is held.
#![expect(
    unsafe_code,
    reason = "lends shared memory for as long as its lock is held"
)]

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use super::lock::{Gained, Mutex};
use super::parking::Until;
use super::plain::Plain;
use super::segment::Segment;

/// A lock, as it was found.
///
/// Abandoned is what whoever held it before left without releasing it: its thread or process
/// ended, or it panicked. What the lock protects may be half changed. The lock is held either
/// way, and whoever acquires it next finds it clean unless this holder abandons it too.
///
/// ```
/// use workers::shared::LockedValue;
///
/// let balance = LockedValue::new(100_i64)?;
/// std::thread::scope(|scope| {
///     let thread = scope.spawn(|| {
///         *balance.acquire().into_guard() -= 30;
///         let _held = balance.acquire();
///         std::panic::resume_unwind(Box::new("before it was put elsewhere"));
///     });
///     assert!(thread.join().is_err());
/// });
/// let held = balance.acquire();
/// assert!(held.is_abandoned());
/// assert_eq!(*held.into_guard(), 70);
/// # Ok::<(), workers::shared::SharedError>(())
/// ```
#[derive(Debug)]
#[must_use = "a lock that is dropped is released at once"]
pub enum Acquired<G> {
    /// Whoever held it before released it.
    Clean(G),
    /// Whoever held it before did not.
    Abandoned(G),
}

impl<G> Acquired<G> {
    pub(super) fn new(gained: Gained, guard: G) -> Self {
        match gained {
            Gained::Clean => Self::Clean(guard),
            Gained::Abandoned => Self::Abandoned(guard),
        }
    }

    /// The guard, however the lock was found.
    pub fn into_guard(self) -> G {
        match self {
            Self::Clean(guard) | Self::Abandoned(guard) => guard,
        }
    }

    /// Whether the one before died or panicked while holding the lock.
    pub fn is_abandoned(&self) -> bool {
        matches!(self, Self::Abandoned(_))
    }
}

/// That this thread holds a mutex; releases it when dropped.
pub(super) struct Hold<'a> {
    mutex: Mutex<'a>,
    panicking: bool,
    // Neither sent nor shared: the lock belongs to the thread that took it, and is taken away
    // when that thread ends.
    here: PhantomData<*const ()>,
}

impl<'a> Hold<'a> {
    #[inline]
    pub(super) fn new(mutex: Mutex<'a>) -> Self {
        Self {
            mutex,
            panicking: std::thread::panicking(),
            here: PhantomData,
        }
    }

    pub(super) fn mutex(&self) -> Mutex<'a> {
        self.mutex
    }
}

impl Drop for Hold<'_> {
    #[inline]
    fn drop(&mut self) {
        self.mutex
            .release(!self.panicking && std::thread::panicking());
    }
}

/// A lock that is held, and what it protects. Dropping it releases the lock.
///
/// It stays with the thread that acquired it. One that is forgotten (`mem::forget`) keeps the lock
/// until that thread ends (on macOS: its process); the next to acquire it is told.
pub struct Guard<'a, D: ?Sized = ()> {
    hold: Hold<'a>,
    data: NonNull<D>,
}

impl<'a> Guard<'a> {
    pub(super) fn of_nothing(mutex: Mutex<'a>) -> Self {
        Self {
            hold: Hold::new(mutex),
            data: NonNull::dangling(),
        }
    }
}

impl<'a, T: Plain> Guard<'a, [T]> {
    /// Lends `count` elements. They must be what this mutex alone protects, and it must be held.
    pub(super) fn of_slice(
        mutex: Mutex<'a>,
        segment: &'a Segment,
        offset: usize,
        count: usize,
    ) -> Self {
        let at = segment.range(offset, size_of::<T>() * count, align_of::<T>());
        Self {
            hold: Hold::new(mutex),
            data: NonNull::slice_from_raw_parts(at.cast(), count),
        }
    }
}

impl<'a, T: Plain> Guard<'a, T> {
    /// Lends one element. It must be what this mutex alone protects, and it must be held.
    pub(super) fn of_one(mutex: Mutex<'a>, segment: &'a Segment, offset: usize) -> Self {
        let at = segment.range(offset, size_of::<T>(), align_of::<T>());
        Self {
            hold: Hold::new(mutex),
            data: at.cast(),
        }
    }
}

impl<'a, D: ?Sized> Guard<'a, D> {
    /// Releases the lock while `wait` runs and acquires it again, however long that takes.
    pub(super) fn without(self, wait: impl FnOnce()) -> Acquired<Self> {
        let mutex = self.hold.mutex();
        let data = self.data;
        drop(self.hold);
        wait();
        let gained = mutex.take_whenever(Until::Never);
        Acquired::new(
            gained,
            Self {
                hold: Hold::new(mutex),
                data,
            },
        )
    }
}

impl<D: ?Sized> Deref for Guard<'_, D> {
    type Target = D;

    fn deref(&self) -> &D {
        // SAFETY: in a segment that outlives the guard, checked for size and alignment when the
        // guard was made; any bytes are a valid `D`, which is a `Plain`, a slice of them or
        // nothing. Only who holds the lock touches it, and `self` does until it is dropped.
        unsafe { self.data.as_ref() }
    }
}

impl<D: ?Sized> DerefMut for Guard<'_, D> {
    fn deref_mut(&mut self) -> &mut D {
        // SAFETY: as above, and `self` is borrowed for as long.
        unsafe { self.data.as_mut() }
    }
}

impl<D: ?Sized + fmt::Debug> fmt::Debug for Guard<'_, D> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Guard").field(&&**self).finish()
    }
}
