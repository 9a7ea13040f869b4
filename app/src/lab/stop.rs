//! Stopping an experiment: a flag that those at work look at, and a bell that wakes those who wait.
#![expect(
    clippy::disallowed_methods,
    reason = "experiments wait on threads of their own; the window only stops"
)]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

/// Stops an experiment, at the latest when it is dropped. Never waits.
pub(crate) struct Stopper {
    stopped: Arc<AtomicBool>,
    /// Nothing is ever sent: whoever listens hears that it is gone.
    bell: Option<Sender<Infallible>>,
}

impl Stopper {
    pub(crate) fn new() -> (Self, StopSignal) {
        let (sender, receiver) = bounded(0);
        let stopped = Arc::new(AtomicBool::new(false));
        let signal = StopSignal {
            stopped: stopped.clone(),
            bell: receiver,
        };
        let stopper = Self {
            stopped,
            bell: Some(sender),
        };
        (stopper, signal)
    }

    pub(crate) fn stop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        self.bell = None;
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.bell.is_none()
    }
}

impl Drop for Stopper {
    fn drop(&mut self) {
        self.stop();
    }
}

/// It was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it was stopped")]
pub(crate) struct Stopped;

/// What an experiment hears of a stop by.
#[derive(Clone)]
pub(crate) struct StopSignal {
    stopped: Arc<AtomicBool>,
    bell: Receiver<Infallible>,
}

impl StopSignal {
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Waits so long, or until the stop.
    pub(crate) fn sleep(&self, time: Duration) -> Result<(), Stopped> {
        match self.bell.recv_timeout(time) {
            Err(RecvTimeoutError::Timeout) => Ok(()),
            Err(RecvTimeoutError::Disconnected) => Err(Stopped),
            Ok(never) => match never {},
        }
    }

    /// For a `select!` of which the stop is one arm: closed once stopped.
    pub(crate) fn bell(&self) -> &Receiver<Infallible> {
        &self.bell
    }
}
