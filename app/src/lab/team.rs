//! Threads of an experiment: begun together at a [`Gate`], and gone before it goes on.
#![expect(
    clippy::disallowed_methods,
    reason = "experiments wait on threads of their own"
)]

use std::convert::Infallible;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::context::Failure;
use super::stop::Stopped;

/// Starts a thread of that name.
pub(crate) fn start<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    body: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>, Failure> {
    Builder::new()
        .name(name.to_owned())
        .spawn_scoped(scope, body)
        .map_err(Failure::Thread)
}

/// Waits for a thread's end. If it panicked, so does the caller, which the runner reports.
pub(crate) fn finish<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// Threads wait in front of it until all are there, so that the first does not finish before the
/// last has begun.
pub(crate) struct Gate {
    /// Dropped without a word, it tells that the team is not complete.
    opener: Sender<Infallible>,
    complete: Arc<AtomicBool>,
    way: Receiver<Infallible>,
}

/// The way through a gate.
#[derive(Clone)]
pub(crate) struct Way {
    complete: Arc<AtomicBool>,
    way: Receiver<Infallible>,
}

impl Gate {
    pub(crate) fn closed() -> Self {
        let (opener, way) = bounded(0);
        Self {
            opener,
            complete: Arc::default(),
            way,
        }
    }

    pub(crate) fn way(&self) -> Way {
        Way {
            complete: self.complete.clone(),
            way: self.way.clone(),
        }
    }

    /// All are there.
    pub(crate) fn open(self) {
        self.complete.store(true, Ordering::Release);
        drop(self.opener);
    }
}

impl Way {
    /// Waits until the gate is open. If it never will be, as one of the team could not be started,
    /// the others are stopped.
    pub(crate) fn pass(&self) -> Result<(), Stopped> {
        let Err(_gone) = self.way.recv();
        if self.complete.load(Ordering::Acquire) {
            Ok(())
        } else {
            Err(Stopped)
        }
    }
}
