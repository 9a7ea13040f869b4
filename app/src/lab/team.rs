//! Threads of an experiment: begun together at a [`Gate`], and gone before it goes on.
#![expect(
    clippy::disallowed_methods,
    reason = "experiments wait on threads of their own"
)]

use std::convert::Infallible;
use std::panic::resume_unwind;
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::context::Failure;

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
/// last has begun. Dropped, it is open too: a team that is not complete is not left waiting.
pub(crate) struct Gate {
    /// Nothing is ever sent: who waits hears that it is gone.
    _closed: Sender<Infallible>,
    way: Receiver<Infallible>,
}

/// The way through a gate.
#[derive(Clone)]
pub(crate) struct Way(Receiver<Infallible>);

impl Gate {
    pub(crate) fn closed() -> Self {
        let (sender, way) = bounded(0);
        Self {
            _closed: sender,
            way,
        }
    }

    pub(crate) fn way(&self) -> Way {
        Way(self.way.clone())
    }

    pub(crate) fn open(self) {}
}

impl Way {
    /// Waits until the gate is open.
    pub(crate) fn pass(&self) {
        let Err(_gone) = self.0.recv();
    }
}
