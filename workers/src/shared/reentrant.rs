//! A lock that a thread may acquire again while it holds it.

use std::marker::PhantomData;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Duration;

use super::error::SharedError;
use super::guard::Acquired;
use super::layout::{self, Kind, ReentrantWords};
use super::lock::{Gained, Mutex};
use super::parking::Until;
use super::segment::Segment;
use super::sys;
use super::token::{Object, need, tokens};

/// Threads of this process in the order in which they first ask.
static THREADS: AtomicU32 = AtomicU32::new(1);
thread_local! {
    // Where a lock knows only its holder's process, this tells its threads apart. With the
    // process's number: what one that was killed left must not look like a thread of this one.
    static THREAD: u64 = sys::identity(
        sys::number(sys::this_process()),
        Some(THREADS.fetch_add(1, Relaxed).into()),
    );
}

/// A lock like [`Lock`](super::Lock), which its holder may acquire again. It is free when it was
/// released as many times.
///
/// ```
/// use workers::shared::ReentrantLock;
///
/// let lock = ReentrantLock::new()?;
/// let outer = lock.acquire();
/// let inner = lock.acquire();
/// drop(inner);
/// std::thread::scope(|scope| {
///     scope.spawn(|| assert!(lock.try_acquire().is_none()));
/// });
/// drop(outer);
/// # Ok::<(), workers::shared::SharedError>(())
/// ```
pub struct ReentrantLock {
    segment: Segment,
}

tokens!(ReentrantLock);

impl ReentrantLock {
    /// A lock that nobody holds.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn new() -> Result<Self, SharedError> {
        let content = size_of::<ReentrantWords>();
        let segment = Segment::create(Self::KIND, content, Self::BELLS)?;
        Ok(Self { segment })
    }

    fn words(&self) -> &ReentrantWords {
        self.segment.words()
    }

    fn mutex(&self) -> Mutex<'_> {
        Mutex::new(&self.segment, &self.words().lock, 0)
    }

    /// Waits until no other thread holds it.
    pub fn acquire(&self) -> Acquired<ReentrantGuard<'_>> {
        loop {
            if let Some(acquired) = self.acquire_by(|mutex| mutex.take(Until::Never)) {
                return acquired;
            }
        }
    }

    /// Waits no longer than `limit`; `None` when it was not to be had.
    pub fn acquire_timeout(&self, limit: Duration) -> Option<Acquired<ReentrantGuard<'_>>> {
        self.acquire_by(|mutex| mutex.take(Until::after(limit)))
    }

    /// Does not wait.
    pub fn try_acquire(&self) -> Option<Acquired<ReentrantGuard<'_>>> {
        self.acquire_by(Mutex::try_take)
    }

    fn acquire_by<'a>(
        &'a self,
        take: impl FnOnce(Mutex<'a>) -> Option<Gained>,
    ) -> Option<Acquired<ReentrantGuard<'a>>> {
        let words = self.words();
        let thread = THREAD.with(|&thread| thread);
        // Both are written by whoever holds the lock, so they say "this thread" only if it is so.
        let gained = if self.mutex().is_mine() && words.thread.load(SeqCst) == thread {
            words.depth.fetch_add(1, SeqCst);
            Gained::Clean
        } else {
            let gained = take(self.mutex())?;
            words.depth.store(1, SeqCst);
            words.thread.store(thread, SeqCst);
            gained
        };
        let guard = ReentrantGuard {
            lock: self,
            panicking: std::thread::panicking(),
            here: PhantomData,
        };
        Some(Acquired::new(gained, guard))
    }
}

/// One of the times that this thread holds the lock; ends when dropped.
pub struct ReentrantGuard<'a> {
    lock: &'a ReentrantLock,
    panicking: bool,
    // As for `Guard`: the lock belongs to this thread.
    here: PhantomData<*const ()>,
}

impl ReentrantGuard<'_> {
    /// How many times this thread holds the lock.
    pub fn depth(&self) -> u64 {
        self.lock.words().depth.load(SeqCst)
    }
}

impl Drop for ReentrantGuard<'_> {
    fn drop(&mut self) {
        let words = self.lock.words();
        if words.depth.fetch_sub(1, SeqCst) == 1 {
            words.thread.store(0, SeqCst);
            self.lock
                .mutex()
                .release(!self.panicking && std::thread::panicking());
        }
    }
}

impl std::fmt::Debug for ReentrantGuard<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("ReentrantGuard")
            .field("depth", &self.depth())
            .finish()
    }
}

impl Object for ReentrantLock {
    const KIND: Kind = Kind::new(layout::REENTRANT_LOCK);
    const BELLS: usize = 1;

    fn from_segment(segment: Segment, _: u32) -> Result<Self, SharedError> {
        need(&segment, size_of::<ReentrantWords>())?;
        Ok(Self { segment })
    }
}
