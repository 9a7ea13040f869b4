//! What a pool is to be, and how it is put together.

use std::marker::PhantomData;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crossbeam_channel::{bounded, unbounded};

use super::after::After;
use super::dispatcher::{Dispatcher, Gauges, News, Order, Phase, Rules, Watcher};
use super::error::PoolError;
use super::executor::{Executor, Means, Processes};
use super::gate::Gate;
use super::log::Log;
use super::pace::Pace;
use super::queue::Queue;
use super::roster::{Roster, WorkerNow};
use super::slot::Slot;
use super::task::Work;
use super::{LONGEST, MAX_WORKERS, Pool};
use crate::job::Priority;

/// Reports that may wait for the dispatcher; workers wait when there are more.
const REPORTS: usize = 256;
/// A worker that holds requests of more bytes than this is given no other, unless it idles.
const AHEAD_BYTES: u64 = 1024 * 1024;

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
    log: Log,
    set_up: T::SetUp,
    executor: PhantomData<E>,
}

impl<T: Work, E: Executor> Builder<T, E> {
    pub(super) fn new(set_up: T::SetUp) -> Self {
        Self {
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
            log: Log::default(),
            set_up,
            executor: PhantomData,
        }
    }

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

    /// Where what the workers print is kept, for whoever reads it when the pool is gone.
    pub(crate) fn log(mut self, log: Log) -> Self {
        self.log = log;
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
        let log = self.log;
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
