//! How a running task hears that it must stop or wait. Cancelling is monotonic: a token that was
//! cancelled is never reset, a new job gets a new one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// A flag that only ever goes from "go on" to "stop".
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// Whether somebody has asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// The task was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it was told to stop")]
pub struct Stopped;

/// Pause, resume and cancel for everything that works on one job.
///
/// ```
/// use workers::{Control, Stopped};
///
/// let control = Control::default();
/// assert_eq!(control.checkpoint(), Ok(()));
/// control.cancel();
/// assert_eq!(control.checkpoint(), Err(Stopped));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Control {
    token: CancelToken,
    gate: Arc<Gate>,
}

#[derive(Debug, Default)]
struct Gate {
    // Read at every step of every file; the mutex is touched only when a pause begins or ends.
    closed: AtomicBool,
    paused: Mutex<bool>,
    changed: Condvar,
}

impl Control {
    /// The token alone, for code that must notice cancelling but not wait out a pause.
    #[must_use]
    pub fn token(&self) -> &CancelToken {
        &self.token
    }

    /// Tells everybody to stop. Paused tasks wake up to stop.
    pub fn cancel(&self) {
        self.token.cancel();
        self.set_paused(false);
    }

    /// Makes every task wait at its next step, or lets them go on.
    pub fn set_paused(&self, paused: bool) {
        let mut guard = self
            .gate
            .paused
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *guard = paused && !self.token.is_cancelled();
        self.gate.closed.store(*guard, Ordering::Release);
        self.gate.changed.notify_all();
    }

    /// Whether tasks are waiting.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.gate.closed.load(Ordering::Acquire)
    }

    /// Called by a task between two steps: waits while paused.
    ///
    /// # Errors
    /// [`Stopped`] once the job is cancelled.
    pub fn checkpoint(&self) -> Result<(), Stopped> {
        if self.is_paused() {
            let mut paused = self
                .gate
                .paused
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            while *paused {
                paused = self
                    .gate
                    .changed
                    .wait(paused)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        }
        if self.token.is_cancelled() {
            Err(Stopped)
        } else {
            Ok(())
        }
    }
}
