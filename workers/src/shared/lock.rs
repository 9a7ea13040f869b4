//! A mutual exclusion lock that survives its holder.
//!
//! **How**: one word says which thread holds it, by its number and when it began. Taking and
//! releasing are one atomic operation each. Whoever waits sleeps on the word's [`Parking`], and
//! now and then asks the system whether the holder still lives; if not, it takes the lock over.
//!
//! **Why not what systems offer**: robust POSIX mutexes (Linux), and mutexes that report
//! `WAIT_ABANDONED` (Windows) tell of a death at once, where this takes up to a fifth of a second.
//! But macOS has neither, so this would be needed anyway, and then would be the one that is tested
//! least. A robust mutex moreover is in a list of its thread by address: a guard that is forgotten
//! and a mapping that is then closed, both safe in Rust, make a list that leads nowhere. And this
//! one costs half as much where nobody waits (22 ns for both steps beside 46).

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use super::error::SharedError;
use super::guard::{Acquired, Guard};
use super::layout::{self, Kind, LockWords};
use super::parking::{LOOK_AGAIN, Parking, Until};
use super::segment::Segment;
use super::sys;
use super::token::{Object, need, tokens};

/// The word of a lock that nobody holds.
const FREE: u64 = 0;
/// The word of a lock whose holder panicked.
const LEFT: u64 = 1;
/// Looks before the first sleep: about as long as falling asleep takes.
const SPINS: u32 = 100;
/// After so long, a waiter first asks whether the holder lives. Doubled each time.
const FIRST_LOOK: Duration = Duration::from_millis(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gained {
    Clean,
    Abandoned,
}

/// The lock inside every object that needs one.
#[derive(Clone, Copy)]
pub(super) struct Mutex<'a> {
    words: &'a LockWords,
    parking: Parking<'a>,
}

impl<'a> Mutex<'a> {
    #[inline]
    pub(super) fn new(segment: &'a Segment, words: &'a LockWords, bell: usize) -> Self {
        Self {
            words,
            parking: segment.parking(&words.parking, bell),
        }
    }

    /// Takes it if nobody holds it.
    #[inline]
    fn take_free(self, task: u64) -> Option<Gained> {
        match self
            .words
            .holder
            .compare_exchange(FREE, task, SeqCst, SeqCst)
        {
            Ok(_) => Some(Gained::Clean),
            Err(LEFT) => self.take_from(LEFT, task),
            Err(_) => None,
        }
    }

    fn take_from(self, holder: u64, task: u64) -> Option<Gained> {
        self.words
            .holder
            .compare_exchange(holder, task, SeqCst, SeqCst)
            .ok()
            .map(|_| Gained::Abandoned)
    }

    /// Takes it if whoever holds it has ended.
    #[cold]
    fn take_from_dead(self, task: u64) -> Option<Gained> {
        match self.words.holder.load(SeqCst) {
            FREE | LEFT => self.take_free(task),
            holder if holder == task || sys::task_lives(holder) => None,
            dead => self.take_from(dead, task),
        }
    }

    /// Takes it if that can be done without waiting.
    pub(super) fn try_take(self) -> Option<Gained> {
        let task = sys::this_task();
        self.take_free(task).or_else(|| self.take_from_dead(task))
    }

    #[inline]
    pub(super) fn take(self, until: Until) -> Option<Gained> {
        let task = sys::this_task();
        self.take_free(task)
            .or_else(|| self.take_slowly(task, until))
    }

    /// Takes it; `until` is one that never comes.
    pub(super) fn take_whenever(self, until: Until) -> Gained {
        loop {
            if let Some(gained) = self.take(until) {
                return gained;
            }
        }
    }

    #[cold]
    fn take_slowly(self, task: u64, until: Until) -> Option<Gained> {
        for _ in 0..SPINS {
            std::hint::spin_loop();
            if self.words.holder.load(SeqCst) <= LEFT
                && let Some(gained) = self.take_free(task)
            {
                return Some(gained);
            }
        }
        let mut look = FIRST_LOOK;
        loop {
            let ticket = self.parking.prepare();
            if let Some(gained) = self.take_free(task) {
                return Some(gained);
            }
            let Some(nap) = until.nap(look) else {
                return self.take_from_dead(task);
            };
            self.parking.wait(ticket, nap);
            if !self.parking.moved_on(ticket) {
                if let Some(gained) = self.take_from_dead(task) {
                    return Some(gained);
                }
                look = (look * 2).min(LOOK_AGAIN);
            }
        }
    }

    #[inline]
    pub(super) fn release(self, abandon: bool) {
        // An exchange, not a store: what follows must not be looked at before.
        self.words
            .holder
            .swap(if abandon { LEFT } else { FREE }, SeqCst);
        self.parking.notify_one();
    }

    /// Whether this thread holds it; on macOS, whether this process does.
    pub(super) fn is_mine(self) -> bool {
        self.words.holder.load(SeqCst) == sys::this_task()
    }
}

/// A lock for threads of several processes.
///
/// If its holder ends without releasing it, the next one gets it, within a fifth of a second, and
/// is told so: [`Acquired::Abandoned`]. It is not reentrant: a thread that acquires it twice waits for itself, for ever if there
/// is no limit; [`ReentrantLock`](super::ReentrantLock) is. It is not fair: who asks while it is
/// free gets it before those who are still waking up.
///
/// ```
/// use workers::shared::{Acquired, Lock};
///
/// let lock = Lock::new()?;
/// match lock.acquire() {
///     Acquired::Clean(_held) => println!("all is well"),
///     Acquired::Abandoned(_held) => println!("the one before died; look what it left"),
/// }
/// let held = lock.acquire();
/// assert!(lock.try_acquire().is_none());
/// drop(held);
/// assert!(lock.try_acquire().is_some());
/// # Ok::<(), workers::shared::SharedError>(())
/// ```
pub struct Lock {
    segment: Segment,
}

tokens!(Lock);

impl Lock {
    /// A lock that nobody holds.
    ///
    /// # Errors
    /// When the system gives no shared memory.
    pub fn new() -> Result<Self, SharedError> {
        let content = size_of::<LockWords>();
        let segment = Segment::create(Self::KIND, content, Self::BELLS)?;
        Ok(Self { segment })
    }

    fn mutex(&self) -> Mutex<'_> {
        Mutex::new(&self.segment, self.segment.words(), 0)
    }

    /// Waits until it is free.
    pub fn acquire(&self) -> Acquired<Guard<'_>> {
        let mutex = self.mutex();
        let gained = mutex.take_whenever(Until::Never);
        Acquired::new(gained, Guard::of_nothing(mutex))
    }

    /// Waits no longer than `limit`; `None` when it was not to be had.
    pub fn acquire_timeout(&self, limit: Duration) -> Option<Acquired<Guard<'_>>> {
        let mutex = self.mutex();
        let gained = mutex.take(Until::after(limit))?;
        Some(Acquired::new(gained, Guard::of_nothing(mutex)))
    }

    /// Does not wait; if it is held, asks the system whether the holder lives, which takes some
    /// microseconds.
    pub fn try_acquire(&self) -> Option<Acquired<Guard<'_>>> {
        let mutex = self.mutex();
        let gained = mutex.try_take()?;
        Some(Acquired::new(gained, Guard::of_nothing(mutex)))
    }
}

impl Object for Lock {
    const KIND: Kind = Kind::new(layout::LOCK);
    const BELLS: usize = 1;

    fn from_segment(segment: Segment, _: u32) -> Result<Self, SharedError> {
        need(&segment, size_of::<LockWords>())?;
        Ok(Self { segment })
    }
}
