//! What lies in shared memory, word for word: one place, because every process that opens an
//! object must see the same. A change here is a change of [`VERSION`].
#![expect(
    unsafe_code,
    reason = "says of each layout that any bytes are a valid value of it"
)]

use std::fmt;
use std::sync::atomic::{
    AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicU8, AtomicU16, AtomicU32, AtomicU64,
};

use serde::{Deserialize, Serialize};

/// Counted up when anything in this file changes.
pub(super) const VERSION: u32 = 1;

/// What a shared object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    object: u16,
    /// Of what it holds, if it holds elements of a type; else 0.
    element: u16,
}

impl Kind {
    pub(super) const fn new(object: u16) -> Self {
        Self { object, element: 0 }
    }

    pub(super) const fn of(object: u16, element: u16) -> Self {
        Self { object, element }
    }

    pub(super) const fn code(self) -> u32 {
        (self.object as u32) << 16 | self.element as u32
    }

    pub(super) const fn from_code(code: u32) -> Self {
        Self {
            object: (code >> 16) as u16,
            element: (code & 0xffff) as u16,
        }
    }
}

pub(super) const LOCK: u16 = 1;
pub(super) const REENTRANT_LOCK: u16 = 2;
pub(super) const SEMAPHORE: u16 = 3;
pub(super) const EVENT: u16 = 4;
pub(super) const CONDITION: u16 = 5;
pub(super) const QUEUE: u16 = 6;
pub(super) const PIPE: u16 = 7;
pub(super) const VALUE: u16 = 8;
pub(super) const ARRAY: u16 = 9;
pub(super) const LOCKED_VALUE: u16 = 10;
pub(super) const LOCKED_ARRAY: u16 = 11;

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = match self.object {
            LOCK => "a lock",
            REENTRANT_LOCK => "a reentrant lock",
            SEMAPHORE => "a semaphore",
            EVENT => "an event",
            CONDITION => "a condition",
            QUEUE => "a queue",
            PIPE => "an end of a pipe",
            VALUE => "a value",
            ARRAY => "an array",
            LOCKED_VALUE => "a value with a lock",
            LOCKED_ARRAY => "an array with a lock",
            _ => "an unknown object",
        };
        out.write_str(object)?;
        match super::plain::element_name(self.element) {
            Some(name) => write!(out, " of {name}"),
            None => Ok(()),
        }
    }
}

/// A type that may be looked at through shared memory.
///
/// # Safety
/// It is `repr(C)`, made of atomics alone, so that writing by others meanwhile is no data race,
/// and every pattern of bytes is a valid value, all zeros the one it begins with.
pub unsafe trait Words {}

macro_rules! words {
    ($($name:ty),* $(,)?) => {
        $(
            // SAFETY: `repr(C)` or `repr(transparent)` over atomics of integers, as can be read below.
            unsafe impl Words for $name {}
        )*
    };
}

words!(
    Header,
    ParkingWords,
    LockWords,
    ReentrantWords,
    SemaphoreWords,
    EventWords,
    RingWords,
    QueueWords,
    PipeWords,
    AtomicI8,
    AtomicI16,
    AtomicI32,
    AtomicI64,
    AtomicU8,
    AtomicU16,
    AtomicU32,
    AtomicU64,
);

/// On cache lines of its own, for words that different processes write all the time: two lines of
/// most processors, which fetch them in pairs, and one of Apple's.
#[repr(C, align(128))]
pub(super) struct Apart<T>(pub(super) T);

/// At the beginning of every segment.
#[repr(C, align(128))]
pub(super) struct Header {
    pub(super) magic: AtomicU64,
    pub(super) version: AtomicU32,
    pub(super) kind: AtomicU32,
    pub(super) size: AtomicU64,
    pub(super) cookie: [AtomicU64; 2],
}

/// See [`Parking`](super::parking::Parking).
#[repr(C)]
pub(super) struct ParkingWords {
    pub(super) sequence: AtomicU32,
    /// How many have ever announced that they might sleep.
    pub(super) arrivals: AtomicU32,
    /// Of those, up to which none sleeps any more.
    pub(super) cleared: AtomicU32,
    /// How many sleep; only where the system does not know (Windows).
    pub(super) asleep: AtomicU32,
}

/// See [`Mutex`](super::lock::Mutex).
#[repr(C)]
pub(super) struct LockWords {
    /// The thread that holds it, or why nobody does.
    pub(super) holder: AtomicU64,
    pub(super) parking: ParkingWords,
}

#[repr(C)]
pub(super) struct ReentrantWords {
    pub(super) lock: LockWords,
    /// Which thread of the holding process; written by it alone.
    pub(super) thread: AtomicU64,
    /// How many times it holds the lock.
    pub(super) depth: AtomicU64,
}

#[repr(C)]
pub(super) struct SemaphoreWords {
    pub(super) permits: AtomicU32,
    pub(super) most: AtomicU32,
    pub(super) parking: ParkingWords,
}

#[repr(C)]
pub(super) struct EventWords {
    /// Bit 0: it is set. The others count how many times it was.
    pub(super) state: AtomicU32,
    pub(super) parking: ParkingWords,
}

/// One side of a ring: whoever writes, or whoever reads.
#[repr(C)]
pub(super) struct SideWords {
    pub(super) lock: LockWords,
    /// The other side's position when it was last looked at.
    pub(super) seen: AtomicU64,
}

/// See [`Ring`](super::ring::Ring). What one side writes and the other reads is apart from what
/// one side keeps to itself: else every look would slow the other's lock.
#[repr(C)]
pub(super) struct RingWords {
    pub(super) writers: Apart<SideWords>,
    pub(super) tail: Apart<AtomicU64>,
    pub(super) readers: Apart<SideWords>,
    pub(super) head: Apart<AtomicU64>,
    pub(super) items: Apart<ParkingWords>,
    pub(super) space: Apart<ParkingWords>,
    /// Bytes; a power of two.
    pub(super) size: AtomicU32,
    /// Messages at most.
    pub(super) most: AtomicU32,
}

#[repr(C)]
pub(super) struct QueueWords {
    pub(super) ring: RingWords,
    /// How many messages were said to be done with, as the ring counts messages.
    pub(super) done: Apart<AtomicU32>,
    pub(super) all_done: ParkingWords,
}

#[repr(C)]
pub(super) struct PipeWords {
    pub(super) rings: [RingWords; 2],
    /// The process that has each end, or why none does.
    pub(super) ends: [Apart<AtomicU64>; 2],
}
