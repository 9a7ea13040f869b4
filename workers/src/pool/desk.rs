//! What lies before one worker: the tasks it has been given and not begun, the task it is at, on
//! which somebody may write "stop", and the pool's pause. Whoever works takes from it; whoever
//! listens on the worker's behalf lays on it, and may take back what was not begun.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::cancel::Stopped;

/// Shared by whoever works and whoever listens. `R` is a request as it was given.
pub(crate) struct Desk<R>(Arc<Shared<R>>);

struct Shared<R> {
    given: Mutex<Given<R>>,
    /// Something was given, or nothing more will be.
    changed: Condvar,
    paper: Paper,
}

struct Given<R> {
    waiting: VecDeque<Next<R>>,
    at: Option<u64>,
    closed: bool,
    /// The worker sleeps. Waking one that does not is a system call for nothing.
    idle: bool,
}

/// A task to be done, or, if it was stopped, to be reported as cancelled before it began.
pub(crate) struct Next<R> {
    pub(crate) task: u64,
    pub(crate) request: R,
    pub(crate) stopped: bool,
}

/// What the task at hand must heed. One a worker: a worker is at one task at a time.
#[derive(Default)]
pub(crate) struct Paper {
    /// The task at hand is to stop.
    stopped: AtomicBool,
    // Read at every step; the mutex is touched only when a pause begins or ends.
    paused: AtomicBool,
    pause: Mutex<()>,
    changed: Condvar,
}

impl Paper {
    pub(crate) fn checkpoint(&self) -> Result<(), Stopped> {
        if self.paused.load(Ordering::Acquire) {
            let mut guard = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
            while self.paused.load(Ordering::Acquire) && !self.stopped.load(Ordering::Acquire) {
                guard = self
                    .changed
                    .wait(guard)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        }
        if self.stopped.load(Ordering::Acquire) {
            Err(Stopped)
        } else {
            Ok(())
        }
    }

    fn set(&self, flag: &AtomicBool, value: bool) {
        let _guard = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        flag.store(value, Ordering::Release);
        self.changed.notify_all();
    }
}

impl<R> Clone for Desk<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<R> Default for Desk<R> {
    fn default() -> Self {
        Self(Arc::new(Shared {
            given: Mutex::new(Given {
                waiting: VecDeque::new(),
                at: None,
                closed: false,
                idle: false,
            }),
            changed: Condvar::new(),
            paper: Paper::default(),
        }))
    }
}

impl<R> Desk<R> {
    /// Tasks have come.
    pub(crate) fn lay(&self, tasks: impl IntoIterator<Item = (u64, R)>) {
        let mut given = self.given();
        given
            .waiting
            .extend(tasks.into_iter().map(|(task, request)| Next {
                task,
                request,
                stopped: false,
            }));
        self.wake(given);
    }

    /// No more will come; what is there is still done.
    pub(crate) fn close(&self) {
        let mut given = self.given();
        given.closed = true;
        self.wake(given);
    }

    fn wake(&self, given: MutexGuard<'_, Given<R>>) {
        let idle = given.idle;
        drop(given);
        if idle {
            self.0.changed.notify_one();
        }
    }

    /// The next task, if there is one. Whoever has something to say says it before waiting for
    /// another: what lies here may be taken back at any moment.
    pub(crate) fn try_next(&self) -> Option<Next<R>> {
        self.take(&mut self.given())
    }

    fn take(&self, given: &mut Given<R>) -> Option<Next<R>> {
        let next = given.waiting.pop_front()?;
        given.at = Some(next.task);
        // Under the lock, so that a "stop" of the task before cannot meet this one.
        self.0.paper.stopped.store(next.stopped, Ordering::Release);
        Some(next)
    }

    /// The next task, once there is one; `None` when no more will come.
    pub(crate) fn next(&self) -> Option<Next<R>> {
        let mut given = self.given();
        loop {
            if let Some(next) = self.take(&mut given) {
                return Some(next);
            }
            if given.closed {
                return None;
            }
            given.idle = true;
            given = self
                .0
                .changed
                .wait(given)
                .unwrap_or_else(PoisonError::into_inner);
            given.idle = false;
        }
    }

    /// A task that did not come by way of the desk begins.
    pub(crate) fn begin(&self, task: u64) {
        self.given().at = Some(task);
        self.0.paper.stopped.store(false, Ordering::Release);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.given().waiting.is_empty()
    }

    /// What the task at hand must heed.
    pub(crate) fn paper(&self) -> &Paper {
        &self.0.paper
    }

    /// One task is to stop. `true`: it had not begun, and will not.
    pub(crate) fn stop(&self, task: u64) -> bool {
        let mut given = self.given();
        if given.at == Some(task) {
            self.0.paper.set(&self.0.paper.stopped, true);
            return false;
        }
        let before = given.waiting.len();
        given.waiting.retain(|waiting| waiting.task != task);
        given.waiting.len() < before
    }

    pub(crate) fn stop_all(&self) {
        let mut given = self.given();
        self.0.paper.set(&self.0.paper.stopped, true);
        for waiting in &mut given.waiting {
            waiting.stopped = true;
        }
    }

    pub(crate) fn pause(&self, paused: bool) {
        self.0.paper.set(&self.0.paper.paused, paused);
    }

    /// Takes back up to so many tasks that were not begun, the last first.
    pub(crate) fn take_back(&self, most: usize) -> Vec<u64> {
        let mut given = self.given();
        let mut taken = Vec::new();
        while taken.len() < most
            && let Some(last) = given.waiting.pop_back_if(|last| !last.stopped)
        {
            taken.push(last.task);
        }
        taken
    }

    fn given(&self) -> MutexGuard<'_, Given<R>> {
        self.0.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
