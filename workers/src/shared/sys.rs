//! What each system has of its own, behind one face:
//!
//! - `Memory`: memory that another process can open by its `Place`,
//! - `Bell`: sleep until a word in it changes, and wake those who do,
//! - `this_task`, `this_process`, `task_lives`, `process_lives`: who holds something, and whether
//!   they still live. A number of a process or thread is paired with when it began, so that a
//!   number that the system gives out again is never taken for the one before.

#[cfg(any(target_os = "linux", target_os = "android"))]
#[path = "sys/linux.rs"]
mod os;
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
#[path = "sys/apple.rs"]
mod os;
#[cfg(windows)]
#[path = "sys/windows.rs"]
mod os;

#[cfg(unix)]
#[path = "sys/mapped.rs"]
mod mapped;

use std::io;

pub(super) use os::{Bell, Memory, Place, process_lives, task_lives, this_process, this_task};

/// What came of waking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// Nobody slept.
    None,
    /// Somebody did, or the system cannot say.
    Some,
}

/// Why memory could not be opened.
#[derive(Debug)]
pub(super) enum Closed {
    /// It is no longer there.
    Gone,
    /// It is there, with so many bytes.
    Size(u64),
    Io(io::Error),
}

/// A number and a beginning in one word, which is never 0 or 1. A beginning of 0 is unknown.
pub(super) fn identity(number: u32, began: Option<u64>) -> u64 {
    let began = match began {
        Some(began) => (began as u32).max(1),
        None => 0,
    };
    // Numbers begin at 1 everywhere, so this is above every small number.
    u64::from(number) << 32 | u64::from(began)
}

/// The number in an identity.
pub(super) fn number(identity: u64) -> u32 {
    (identity >> 32) as u32
}
