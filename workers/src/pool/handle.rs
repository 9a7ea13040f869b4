//! A submitted task, seen by whoever submitted it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::after::After;
use super::death::Death;
use super::dispatcher::Said;
use super::task::Work;

/// What a task came to.
pub type Outcome<T> = Result<<T as Work>::Output, Death>;

/// A submitted task. Dropping the handle does not stop it: nobody will hear of it, that is all.
///
/// ```
/// # use workers::pool::{Context, Failure, Task};
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Double(u32);
/// # impl Task for Double {
/// #     type Output = u32;
/// #     fn run(self, _: &Context<'_, Self>) -> Result<u32, Failure> { Ok(2 * self.0) }
/// # }
/// # use workers::pool::{Pool, Threads};
/// let pool: Pool<Double, Threads> = Pool::builder().build()?;
/// let handle = pool.submit(Double(21))?;
/// assert_eq!(handle.wait()?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Handle<T: Work> {
    pub(crate) task: u64,
    pub(crate) file: Arc<File<T>>,
    pub(crate) cancel: Arc<dyn Fn(u64) + Send + Sync>,
    pub(crate) after: After,
}

/// What is known of a task.
pub(crate) struct File<T: Work> {
    known: Mutex<Known<T>>,
    changed: Condvar,
}

struct Known<T: Work> {
    stage: Stage,
    progress: Option<(u64, u64)>,
    parts: VecDeque<T::Part>,
    outcome: Option<Outcome<T>>,
    then: Option<Then<T>>,
    /// Somebody waits for the end. Waking nobody is a system call all the same.
    awaited: bool,
}

type Then<T> = Box<dyn FnOnce(Outcome<T>) + Send>;

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for a worker.
    Queued,
    /// It runs.
    Running {
        /// The worker's place in the pool.
        worker: usize,
        /// The worker's process; `None` for a thread.
        pid: Option<u32>,
    },
    /// It is over.
    Ended,
}

impl<T: Work> Default for File<T> {
    fn default() -> Self {
        Self {
            known: Mutex::new(Known {
                stage: Stage::Queued,
                progress: None,
                parts: VecDeque::new(),
                outcome: None,
                then: None,
                awaited: false,
            }),
            changed: Condvar::new(),
        }
    }
}

impl<T: Work> File<T> {
    /// Takes in what the dispatcher says.
    pub(crate) fn note(&self, said: Said<T>, after: &After) {
        let mut known = self.lock();
        match said {
            Said::Began { worker, pid } => known.stage = Stage::Running { worker, pid },
            Said::Progress { done, of } => known.progress = Some((done, of)),
            Said::Part(part) => known.parts.push_back(part),
            Said::Ended(outcome) => {
                known.stage = Stage::Ended;
                if let Some(then) = known.then.take() {
                    after.run(Box::new(move || then(outcome)));
                } else {
                    known.outcome = Some(outcome);
                }
            }
        }
        let wake = known.awaited && known.stage == Stage::Ended;
        drop(known);
        if wake {
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known<T>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Work> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("number", &self.task)
            .field("stage", &self.stage())
            .finish_non_exhaustive()
    }
}

impl<T: Work> Handle<T> {
    /// Its number in its pool.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.task
    }

    /// Waits until the task is over.
    ///
    /// # Errors
    /// Why there is no output.
    pub fn wait(self) -> Outcome<T> {
        let mut known = self.file.lock();
        loop {
            if let Some(outcome) = known.outcome.take() {
                return outcome;
            }
            known.awaited = true;
            known = match self.file.changed.wait(known) {
                Ok(known) => known,
                Err(poisoned) => poisoned.into_inner(),
            };
        }
    }

    /// Waits until the task is over, but no longer than that. It goes on all the same.
    ///
    /// ```
    /// # use workers::pool::{Context, Failure, Task};
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Double(u32);
    /// # impl Task for Double {
    /// #     type Output = u32;
    /// #     fn run(self, _: &Context<'_, Self>) -> Result<u32, Failure> { Ok(2 * self.0) }
    /// # }
    /// # use workers::pool::{Pool, Threads};
    /// # use std::time::Duration;
    /// let pool: Pool<Double, Threads> = Pool::builder().build()?;
    /// pool.pause();
    /// let handle = pool.submit(Double(21))?;
    /// // Not yet, perhaps: the handle comes back to be waited on again.
    /// let outcome = match handle.wait_timeout(Duration::from_millis(1)) {
    ///     Ok(outcome) => outcome,
    ///     Err(handle) => {
    ///         pool.resume();
    ///         handle.wait()
    ///     }
    /// };
    /// assert_eq!(outcome, Ok(42));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The handle itself, to wait on again.
    pub fn wait_timeout(self, timeout: Duration) -> Result<Outcome<T>, Self> {
        let until = Instant::now() + timeout.min(super::LONGEST);
        let mut known = self.file.lock();
        loop {
            if let Some(outcome) = known.outcome.take() {
                return Ok(outcome);
            }
            let Some(left) = until.checked_duration_since(Instant::now()) else {
                drop(known);
                return Err(self);
            };
            known.awaited = true;
            known = match self.file.changed.wait_timeout(known, left) {
                Ok((known, _)) => known,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// Where it is.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.file.lock().stage
    }

    /// What it last said of how far it is: so much done, of so much.
    #[must_use]
    pub fn progress(&self) -> Option<(u64, u64)> {
        self.file.lock().progress
    }

    /// The next part of its output that came ahead, if one is there.
    #[must_use]
    pub fn try_part(&self) -> Option<T::Part> {
        self.file.lock().parts.pop_front()
    }

    /// Cancels it. One that waits never runs. One that runs is asked to stop; in a process it is
    /// ended by force if it does not. Its outcome says which. Once it is over, this does nothing.
    ///
    /// ```
    /// # use workers::pool::{Context, Failure, Task};
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Double(u32);
    /// # impl Task for Double {
    /// #     type Output = u32;
    /// #     fn run(self, _: &Context<'_, Self>) -> Result<u32, Failure> { Ok(2 * self.0) }
    /// # }
    /// # use workers::pool::{Pool, Threads};
    /// # use workers::pool::{Death, When};
    /// # use std::time::Duration;
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Forever;
    ///
    /// impl Task for Forever {
    ///     type Output = ();
    ///     fn run(self, context: &Context<'_, Self>) -> Result<(), Failure> {
    ///         loop {
    ///             context.checkpoint()?;
    ///             std::thread::sleep(Duration::from_millis(1));
    ///         }
    ///     }
    /// }
    ///
    /// let pool: Pool<Forever, Threads> = Pool::builder().workers(1).build()?;
    /// let (runs, waits) = (pool.submit(Forever)?, pool.submit(Forever)?);
    /// waits.cancel();
    /// assert_eq!(waits.wait(), Err(Death::Cancelled(When::Queued)));
    /// runs.cancel();
    /// assert!(matches!(runs.wait(), Err(Death::Cancelled(_))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cancel(&self) {
        (self.cancel)(self.task);
    }

    /// Has this called with the outcome, on a thread of the pool's own, which may submit more.
    /// A panic in it harms nobody.
    ///
    /// ```
    /// # use workers::pool::{Context, Failure, Task};
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Double(u32);
    /// # impl Task for Double {
    /// #     type Output = u32;
    /// #     fn run(self, _: &Context<'_, Self>) -> Result<u32, Failure> { Ok(2 * self.0) }
    /// # }
    /// # use workers::pool::{Pool, Threads};
    /// let pool: Pool<Double, Threads> = Pool::builder().build()?;
    /// let (done, outcome) = std::sync::mpsc::channel();
    /// pool.submit(Double(21))?.then(move |outcome| drop(done.send(outcome)));
    /// assert_eq!(outcome.recv()?, Ok(42));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn then(self, callback: impl FnOnce(Outcome<T>) + Send + 'static) {
        let mut known = self.file.lock();
        match known.outcome.take() {
            Some(outcome) => self.after.run(Box::new(move || callback(outcome))),
            None => known.then = Some(Box::new(callback)),
        }
    }
}
