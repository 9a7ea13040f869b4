//! What the system knows of the calling thread, and can do with it. Where it does not, that is
//! said and not guessed.

#[cfg(target_os = "linux")]
#[path = "this_thread/linux.rs"]
mod os;
#[cfg(not(target_os = "linux"))]
#[path = "this_thread/other.rs"]
mod os;

use std::io;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a thread has cost so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Processor time, in the program and in the system for it.
    pub(crate) cpu: Duration,
    /// How often it gave its core away because it had to wait.
    pub(crate) voluntary: u64,
    /// How often its core was taken from it.
    pub(crate) involuntary: u64,
}

/// What the calling thread has cost so far; `None` where the system does not tell.
pub(crate) fn cost() -> Option<Cost> {
    os::cost()
}

/// Keeps the calling thread on one core, the same for every thread of this program that may use it.
///
/// # Errors
/// The system's reason why not; [`io::ErrorKind::Unsupported`] where it knows no such thing.
pub(crate) fn pin_to_one_core() -> io::Result<()> {
    os::pin_to_one_core()
}

impl Cost {
    /// What was added since `earlier`.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(earlier.cpu),
            voluntary: self.voluntary.saturating_sub(earlier.voluntary),
            involuntary: self.involuntary.saturating_sub(earlier.involuntary),
        }
    }

    /// That of both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            cpu: self.cpu + other.cpu,
            voluntary: self.voluntary + other.voluntary,
            involuntary: self.involuntary + other.involuntary,
        }
    }
}
