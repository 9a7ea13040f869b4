//! A pool of workers: submit tasks of a type of your own, and get a handle to each. Whether the
//! workers are threads or child processes is one word, [`Threads`] or [`Processes`]; what only
//! a process can do (be killed, have what it printed kept) only a pool of processes offers.
//!
//! ```standalone_crate
//! use serde::{Deserialize, Serialize};
//! use workers::pool::{Context, Death, Failure, Kind, Pool, Processes, Task};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Divide(u32, u32);
//!
//! impl Task for Divide {
//!     type Output = u32;
//!     fn run(self, _: &Context<'_, Self>) -> Result<u32, Failure> {
//!         Ok(self.0 / self.1)
//!     }
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // A worker is this same program, and never comes past this line.
//!     workers::child_entry(&[Kind::of::<Divide>()]);
//!
//!     let pool: Pool<Divide, Processes> = Pool::builder().workers(2).build()?;
//!     let good = pool.submit(Divide(42, 6))?;
//!     let bad = pool.submit(Divide(42, 0))?;
//!     assert_eq!(good.wait(), Ok(7));
//!     assert!(matches!(bad.wait(), Err(Death::Panicked(_))));
//!     Ok(())
//! }
//! ```

mod after;
mod bench;
mod builder;
pub(crate) mod child;
mod crew;
mod death;
mod desk;
mod dispatcher;
mod error;
mod executor;
mod gate;
mod handle;
mod inline;
mod log;
mod map;
pub(crate) mod message;
mod pace;
mod processes;
mod queue;
mod roster;
mod slot;
mod task;
mod threads;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

pub use builder::Builder;
pub use child::Kind;
pub use death::{Death, Exit, Panic, When};
pub use dispatcher::{Loss, News};
pub use error::{PoolError, SubmitError};
pub use executor::{Executor, Processes, Threads};
pub use handle::{Handle, Outcome, Stage};
pub use inline::Inline;
pub use log::{LineSource, LogLine, LogTail};
pub use roster::{Doing, WorkerNow};
pub use task::{Context, Failure, Task, Work};

pub use crate::process::status::Status;

use after::After;
pub(crate) use dispatcher::Said;
use dispatcher::{Entry, Gauges, Listener, Order, Teller};
use gate::Gate;
use handle::File;
pub(crate) use log::Log;
use roster::Roster;

use crate::process::Harm;

/// More workers than this help on no machine, and each process takes three pipes.
pub const MAX_WORKERS: usize = 256;
/// Longer times mean *for ever*, and cannot be added to a moment.
pub(crate) const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// How one task is to be done.
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
/// # use workers::pool::Terms;
/// let pool: Pool<Double, Threads> = Pool::builder().build()?;
/// let urgent = Terms {
///     priority: 10,
///     limit: Some(Duration::from_secs(60)),
///     ..Terms::default()
/// };
/// assert_eq!(pool.submit_on(urgent, Double(21))?.wait()?, 42);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Of tasks that wait, those with a higher number go first; 0 unless set.
    pub priority: i32,
    /// It may take so long from its beginning; any time unless set. A thread that does not look
    /// up cannot be ended and goes on.
    pub limit: Option<Duration>,
    /// It is tried so often if its worker dies with it; once unless set. Only for tasks that may
    /// be begun twice.
    pub attempts: usize,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            priority: 0,
            limit: None,
            attempts: 1,
        }
    }
}

/// How many workers a pool has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turnover {
    /// Workers started.
    pub started: u64,
    /// Workers that ended when nobody had told them to.
    pub lost: u64,
}

/// Workers, and a queue before them. Dropping it ends it: what waits or runs is cancelled, and
/// no worker process is left.
pub struct Pool<T: Work, E: Executor> {
    orders: Sender<Order<T, E::Request<T>>>,
    gate: Arc<Gate>,
    gauges: Arc<Gauges>,
    roster: Roster,
    cancel: Arc<dyn Fn(u64) + Send + Sync>,
    after: After,
    log: Log,
    next: AtomicU64,
    dispatcher: Option<JoinHandle<()>>,
}

impl<T: Work<SetUp = ()>, E: Executor> Pool<T, E> {
    /// Describes a pool.
    #[must_use]
    pub fn builder() -> Builder<T, E> {
        Self::builder_with(())
    }
}

impl<T: Work, E: Executor> Pool<T, E> {
    /// Describes a pool whose workers are set up with this.
    #[must_use]
    pub fn builder_with(set_up: T::SetUp) -> Builder<T, E> {
        Builder::new(set_up)
    }

    /// Submits a task; waits while the queue is full.
    ///
    /// # Errors
    /// It was not taken.
    pub fn submit(&self, task: T) -> Result<Handle<T>, SubmitError> {
        self.submit_on(Terms::default(), task)
    }

    /// Submits a task on terms of its own; waits while the queue is full.
    ///
    /// # Errors
    /// It was not taken.
    pub fn submit_on(&self, terms: Terms, task: T) -> Result<Handle<T>, SubmitError> {
        self.enter(terms, task, None)
    }

    /// Submits a task if the queue has room within that time.
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
    /// # use workers::pool::{SubmitError, Terms};
    /// let pool: Pool<Double, Threads> = Pool::builder().workers(1).queue(1).build()?;
    /// pool.pause();
    /// let mut taken = Vec::new();
    /// let full = loop {
    ///     match pool.submit_timeout(Terms::default(), Double(1), Duration::from_millis(1)) {
    ///         Ok(handle) => taken.push(handle),
    ///         Err(error) => break error,
    ///     }
    /// };
    /// assert_eq!(full, SubmitError::Full);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// It was not taken; [`SubmitError::Full`] if there was no room.
    pub fn submit_timeout(
        &self,
        terms: Terms,
        task: T,
        patience: Duration,
    ) -> Result<Handle<T>, SubmitError> {
        self.enter(terms, task, Some(Instant::now() + patience.min(LONGEST)))
    }

    fn enter(
        &self,
        terms: Terms,
        task: T,
        until: Option<Instant>,
    ) -> Result<Handle<T>, SubmitError> {
        let request = E::pack(task)?;
        self.gate.enter(until)?;
        let file = Arc::new(File::default());
        let (there, after) = (file.clone(), self.after.clone());
        let listener = |_| -> Listener<T> { Box::new(move |said| there.note(said, &after)) };
        Ok(Handle {
            task: self.send(terms, E::weigh::<T>(&request), request, listener)?,
            file,
            cancel: self.cancel.clone(),
            after: self.after.clone(),
        })
    }

    /// Submits a task of which a listener hears, on the dispatcher's thread. Gives its number.
    /// `weight`: `None` is that of its bytes.
    pub(crate) fn submit_to(
        &self,
        terms: Terms,
        weight: Option<u64>,
        task: T,
        listener: impl FnOnce(u64) -> Listener<T>,
    ) -> Result<u64, SubmitError> {
        let request = E::pack(task)?;
        let weight = weight.unwrap_or_else(|| E::weigh::<T>(&request));
        self.gate.enter(None)?;
        self.send(terms, weight, request, listener)
    }

    fn send(
        &self,
        terms: Terms,
        weight: u64,
        request: E::Request<T>,
        listener: impl FnOnce(u64) -> Listener<T>,
    ) -> Result<u64, SubmitError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let entry = Entry {
            request,
            priority: terms.priority,
            weight,
            limit: terms.limit.map(|limit| limit.min(LONGEST)),
            attempts: terms.attempts.max(1),
            listener: Teller::new(listener(number)),
            deaths: Vec::new(),
        };
        match self.orders.send(Order::Submit(number, Box::new(entry))) {
            Ok(()) => Ok(number),
            Err(_) => Err(SubmitError::Closed),
        }
    }

    /// Whether the dispatcher is gone.
    pub(crate) fn has_ended(&self) -> bool {
        self.dispatcher.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Does something to the worker in one place that it did not expect, and is nobody's fault;
    /// `done` hears whether that could be done.
    pub(crate) fn harm(&self, worker: usize, harm: Harm, done: Sender<bool>) {
        self.order(Order::Harm(worker, harm, done));
    }

    /// Ends a task by force, if it runs in a process.
    pub(crate) fn kill_task(&self, task: u64) {
        self.order(Order::Kill(task));
    }

    /// Kills the worker in one place if it is a process.
    pub(crate) fn kill_process(&self, worker: usize) {
        self.order(Order::KillWorker(worker));
    }

    /// Makes the tasks wait at their next step.
    pub fn pause(&self) {
        self.order(Order::Pause(true));
    }

    /// Lets them go on.
    pub fn resume(&self) {
        self.order(Order::Pause(false));
    }

    /// Changes the number of workers. Those that are too many end after the task they are at.
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
    /// let pool: Pool<Double, Threads> = Pool::builder().workers(1).build()?;
    /// pool.resize(8)?;
    /// assert!(pool.resize(0).is_err());
    /// # assert_eq!(pool.submit(Double(1))?.wait()?, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// None, or too many.
    pub fn resize(&self, workers: usize) -> Result<(), PoolError> {
        match workers {
            0 => Err(PoolError::NoWorkers),
            asked if asked > MAX_WORKERS => Err(PoolError::TooManyWorkers {
                asked,
                limit: MAX_WORKERS,
            }),
            _ => {
                self.order(Order::Resize(workers));
                Ok(())
            }
        }
    }

    /// Takes no more tasks. Those that were submitted are still done.
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
    /// # use workers::pool::SubmitError;
    /// let pool: Pool<Double, Threads> = Pool::builder().build()?;
    /// let last = pool.submit(Double(21))?;
    /// pool.close();
    /// assert_eq!(pool.submit(Double(1)).err(), Some(SubmitError::Closed));
    /// assert_eq!(last.wait(), Ok(42));
    /// pool.join();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn close(&self) {
        self.gate.shut();
        self.order(Order::Close);
    }

    /// Ends everything now: tasks that wait or run are cancelled, worker processes are killed.
    pub fn terminate(&self) {
        self.gate.shut();
        self.order(Order::Terminate);
    }

    /// Closes the pool and waits until every task is done and every worker gone.
    pub fn join(mut self) {
        self.close();
        self.wait_for_dispatcher();
    }

    /// How many workers it has used so far.
    #[must_use]
    pub fn turnover(&self) -> Turnover {
        Turnover {
            started: self.gauges.started.load(Ordering::Relaxed),
            lost: self.gauges.lost.load(Ordering::Relaxed),
        }
    }

    /// Who is at work at this moment, place by place.
    ///
    /// ```
    /// # use workers::pool::{Context, Doing, Failure, Pool, Task, Threads};
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Double(u32);
    /// # impl Task for Double {
    /// #     type Output = u32;
    /// #     fn run(self, _: &Context<'_, Self>) -> Result<u32, Failure> { Ok(2 * self.0) }
    /// # }
    /// let pool: Pool<Double, Threads> = Pool::builder().workers(2).build()?;
    /// assert_eq!(pool.submit(Double(4))?.wait()?, 8);
    /// // One task needs one worker; the other place is still vacant.
    /// let workers = pool.workers();
    /// assert_eq!(workers.iter().filter(|one| one.doing == Doing::Vacant).count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn workers(&self) -> Vec<WorkerNow> {
        self.roster.get()
    }

    fn order(&self, order: Order<T, E::Request<T>>) {
        // A dispatcher that has ended has nothing left to be told.
        let _ = self.orders.send(order);
    }

    fn wait_for_dispatcher(&mut self) {
        if let Some(dispatcher) = self.dispatcher.take() {
            // A panic in there was reported by the panic hook already.
            let _ = dispatcher.join();
        }
    }
}

impl<T: Work> Pool<T, Processes> {
    /// Ends a task by force, at once, with whatever it has started. Its outcome is
    /// [`Death::Cancelled`].
    ///
    /// ```standalone_crate
    /// # use std::time::Duration;
    /// # use workers::pool::{Context, Death, Failure, Kind, Pool, Processes, Stage, Task};
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Stuck;
    ///
    /// impl Task for Stuck {
    ///     type Output = ();
    ///     fn run(self, _: &Context<'_, Self>) -> Result<(), Failure> {
    ///         println!("about to get stuck");
    ///         loop {
    ///             std::thread::sleep(Duration::from_secs(60));
    ///         }
    ///     }
    /// }
    ///
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     workers::child_entry(&[Kind::of::<Stuck>()]);
    ///
    ///     let pool: Pool<Stuck, Processes> = Pool::builder().workers(1).build()?;
    ///     let handle = pool.submit(Stuck)?;
    ///     while !matches!(handle.stage(), Stage::Running { .. }) {
    ///         std::thread::sleep(Duration::from_millis(1));
    ///     }
    ///     // No thread could be made to end.
    ///     pool.kill(&handle);
    ///     assert!(matches!(handle.wait(), Err(Death::Cancelled(_))));
    ///     Ok(())
    /// }
    /// ```
    pub fn kill(&self, handle: &Handle<T>) {
        self.order(Order::Kill(handle.task));
    }

    /// Kills the worker in one place. It counts as no attempt of the task that it had begun,
    /// which is begun anew by another worker if it may be, see [`Terms::attempts`].
    pub fn kill_worker(&self, worker: usize) {
        self.kill_process(worker);
    }

    /// What a task has printed to standard output and standard error, of a pool that was built to
    /// [`Builder::keep_output`]. The pool keeps the latest 8 MiB of all its workers.
    ///
    /// ```standalone_crate
    /// # use std::time::Duration;
    /// # use workers::pool::{Context, Death, Failure, Kind, Pool, Processes, Stage, Task};
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Stuck;
    ///
    /// impl Task for Stuck {
    ///     type Output = ();
    ///     fn run(self, _: &Context<'_, Self>) -> Result<(), Failure> {
    ///         println!("about to get stuck");
    ///         loop {
    ///             std::thread::sleep(Duration::from_secs(60));
    ///         }
    ///     }
    /// }
    ///
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     workers::child_entry(&[Kind::of::<Stuck>()]);
    ///
    ///     let pool: Pool<Stuck, Processes> = Pool::builder().workers(1).keep_output(true).build()?;
    ///     let handle = pool.submit(Stuck)?;
    ///     while !matches!(handle.stage(), Stage::Running { .. }) {
    ///         std::thread::sleep(Duration::from_millis(1));
    ///     }
    ///     let task = handle.number();
    ///     pool.kill(&handle);
    ///     assert!(handle.wait().is_err());
    ///     assert_eq!(pool.printed(task), "about to get stuck\n");
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn printed(&self, task: u64) -> String {
        self.log.of_task(task, Duration::from_millis(500))
    }

    /// What the workers in one place have printed.
    #[must_use]
    pub fn printed_by_worker(&self, worker: usize) -> String {
        self.log.of_worker(worker)
    }
}

impl<T: Work, E: Executor> fmt::Debug for Pool<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("workers", &self.workers())
            .field("turnover", &self.turnover())
            .finish_non_exhaustive()
    }
}

impl<T: Work, E: Executor> Drop for Pool<T, E> {
    fn drop(&mut self) {
        if self.dispatcher.is_some() {
            self.terminate();
            self.wait_for_dispatcher();
        }
    }
}
