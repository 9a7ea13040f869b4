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
mod message;
mod pace;
mod processes;
mod queue;
mod roster;
mod slot;
mod task;
mod threads;

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, bounded, unbounded};

pub use child::Kind;
pub use death::{Death, Exit, Panic, When};
pub use dispatcher::{Loss, News};
pub use error::{PoolError, SubmitError};
pub use executor::{Executor, Processes, Threads};
pub use handle::{Handle, Outcome, Stage};
pub use inline::Inline;
pub use roster::{Doing, WorkerNow};
pub use task::{Context, Failure, Task, Work};

pub use crate::process::status::Status;

use after::After;
pub(crate) use dispatcher::Said;
use dispatcher::{Dispatcher, Entry, Gauges, Listener, Order, Phase, Rules, Teller, Watcher};
use executor::Means;
use gate::Gate;
use handle::File;
use log::Log;
use pace::Pace;
use queue::Queue;
use roster::Roster;
use slot::Slot;

use crate::job::Priority;
use crate::process::Harm;

/// More workers than this help on no machine, and each process takes three pipes.
pub const MAX_WORKERS: usize = 256;
/// Reports that may wait for the dispatcher; workers wait when there are more.
const REPORTS: usize = 256;
/// A worker that holds requests of more bytes than this is given no other, unless it idles.
const AHEAD_BYTES: u64 = 1024 * 1024;
/// Longer times mean *for ever*, and cannot be added to a moment.
pub(crate) const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// What a pool is to be. [`Builder::build`] makes it.
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
/// let pool: Pool<Double, Threads> = Pool::builder()
///     .workers(4)
///     .queue(100)
///     .tasks_per_worker(1_000)
///     .build()?;
/// # assert_eq!(pool.submit(Double(1))?.wait()?, 2);
/// // What makes no sense is an error before anything starts.
/// assert!(Pool::<Double, Threads>::builder().workers(0).build().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Builder<T: Work, E> {
    workers: usize,
    batch: Option<usize>,
    queue: Option<usize>,
    tasks_each: Option<u32>,
    grace: Duration,
    priority: Priority,
    keep_output: bool,
    executable: Option<PathBuf>,
    name: String,
    eager: bool,
    ahead_weight: u64,
    watcher: Watcher,
    set_up: T::SetUp,
    executor: PhantomData<E>,
}

impl<T: Work, E: Executor> Builder<T, E> {
    /// How many workers; as many as there are cores unless set. They are started when there is
    /// work for them.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// How many tasks a worker may hold, with the one it is at. Unless set, one until it is known
    /// how long tasks take, and then as many as hide the way there and back: a millisecond of
    /// work, at most 1,024 tasks. What waits behind a task that takes long is taken back when
    /// another worker idles.
    #[must_use]
    pub fn batch(mut self, batch: usize) -> Self {
        self.batch = Some(batch);
        self
    }

    /// How many tasks may wait for a worker before [`Pool::submit`] waits; any number unless set.
    #[must_use]
    pub fn queue(mut self, tasks: usize) -> Self {
        self.queue = Some(tasks);
        self
    }

    /// After how many tasks a worker is replaced by a fresh one; never unless set.
    #[must_use]
    pub fn tasks_per_worker(mut self, tasks: u32) -> Self {
        self.tasks_each = Some(tasks);
        self
    }

    /// How long a task that is to end has after it was asked, before its worker is asked by the
    /// system, and as long again before it is killed. 400 ms unless set.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Starts all workers at once, and not when there is work for them.
    #[must_use]
    pub fn eager(mut self) -> Self {
        self.eager = true;
        self
    }

    /// A worker whose tasks weigh more than this together is given no other.
    pub(crate) fn ahead_weight(mut self, weight: u64) -> Self {
        self.ahead_weight = weight;
        self
    }

    /// Hears what becomes of the workers, in order, and before the tasks that it concerns have
    /// their end. It runs on the thread that decides everything: it hands over and returns.
    ///
    /// ```
    /// # use workers::pool::{Context, Failure, News, Pool, Task, Threads};
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Double(u32);
    /// # impl Task for Double {
    /// #     type Output = u32;
    /// #     fn run(self, _: &Context<'_, Self>) -> Result<u32, Failure> { Ok(2 * self.0) }
    /// # }
    /// let (news, heard) = std::sync::mpsc::channel();
    /// let pool: Pool<Double, Threads> = Pool::builder()
    ///     .workers(1)
    ///     .watch(move |one| drop(news.send(one)))
    ///     .build()?;
    /// pool.submit(Double(21))?.wait()?;
    /// pool.join();
    /// let heard: Vec<News> = heard.iter().collect();
    /// assert!(matches!(heard[..], [News::Starting { .. }, News::Ready { .. }, News::Over]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn watch(mut self, watcher: impl FnMut(News) + Send + 'static) -> Self {
        self.watcher = Box::new(watcher);
        self
    }

    /// How the workers stand against the rest of the machine.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// What its threads are called.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Makes the pool.
    ///
    /// # Errors
    /// A number that makes no sense, or a system that gives no thread.
    pub fn build(self) -> Result<Pool<T, E>, PoolError> {
        if self.workers == 0 {
            return Err(PoolError::NoWorkers);
        }
        if self.workers > MAX_WORKERS {
            return Err(PoolError::TooManyWorkers {
                asked: self.workers,
                limit: MAX_WORKERS,
            });
        }
        for (name, value) in [
            ("the batch", self.batch),
            ("the queue", self.queue),
            (
                "the number of tasks per worker",
                self.tasks_each.map(|n| n as usize),
            ),
        ] {
            if value == Some(0) {
                return Err(PoolError::Zero(name));
            }
        }
        let log = Log::default();
        let means = Means {
            name: self.name.clone(),
            set_up: self.set_up,
            priority: self.priority,
            keep_output: self.keep_output,
            executable: self.executable,
            log: log.clone(),
        };
        let (orders, order_inbox) = unbounded();
        let (reports, report_inbox) = bounded(REPORTS);
        let gate = Arc::new(Gate::new(self.queue));
        let gauges = Arc::new(Gauges::default());
        let roster = Roster::default();
        roster.set((0..self.workers).map(|_| WorkerNow::VACANT));
        let after = After::start(&self.name).map_err(PoolError::Thread)?;
        // Packed here, so that a set-up that cannot be sent is an error of the caller's; the
        // crew is made on the dispatcher's thread, which is also the children's parent.
        let crew = E::crew(means)?;
        let watcher = self.watcher;
        let (rules, gate_there, gauges_there, roster_there) = (
            Rules {
                workers: self.workers,
                batch: self.batch,
                ahead_weight: self.ahead_weight,
                eager: self.eager,
                tasks_each: self.tasks_each,
                grace: self.grace.min(LONGEST),
            },
            gate.clone(),
            gauges.clone(),
            roster.clone(),
        );
        let dispatcher = std::thread::Builder::new()
            .name(format!("{} dispatcher", self.name))
            .spawn(move || {
                let dispatcher = Dispatcher {
                    crew: crew(),
                    slots: (0..rules.workers).map(|_| Slot::new()).collect(),
                    rules,
                    gate: gate_there,
                    gauges: gauges_there,
                    roster: roster_there,
                    watcher,
                    reports,
                    queue: Queue::default(),
                    pace: Pace::default(),
                    phase: Phase::Open,
                    no_worker: None,
                    paused: None,
                };
                dispatcher.run(&report_inbox, &order_inbox);
            })
            .map_err(PoolError::Thread)?;
        let cancel = {
            let orders = orders.clone();
            Arc::new(move |task| {
                // A pool that has ended has nothing left to cancel.
                let _ = orders.send(Order::Cancel(task));
            })
        };
        Ok(Pool {
            orders,
            gate,
            gauges,
            roster,
            cancel,
            after,
            log,
            next: AtomicU64::new(0),
            dispatcher: Some(dispatcher),
        })
    }
}

impl<T: Work> Builder<T, Processes> {
    /// Another program that calls [`crate::child_entry`] with this kind of task; this program
    /// itself unless set.
    #[must_use]
    pub fn executable(mut self, path: impl Into<PathBuf>) -> Self {
        self.executable = Some(path.into());
        self
    }

    /// Whether what the workers print is kept by task, see [`Pool::printed`]; only by worker
    /// unless set. It costs two system calls a task.
    #[must_use]
    pub fn keep_output(mut self, keep: bool) -> Self {
        self.keep_output = keep;
        self
    }
}

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
        Builder {
            workers: std::thread::available_parallelism().map_or(1, NonZero::get),
            batch: None,
            queue: None,
            tasks_each: None,
            grace: Duration::from_millis(400),
            priority: Priority::Normal,
            keep_output: false,
            executable: None,
            name: "pool".to_owned(),
            eager: false,
            ahead_weight: AHEAD_BYTES,
            watcher: Box::new(|_| ()),
            set_up,
            executor: PhantomData,
        }
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
        self.enter(terms, task, Some(Instant::now() + patience))
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
