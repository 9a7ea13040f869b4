//! A job: what is asked for, and the handle to what runs.

mod backlog;
pub(crate) mod common;
mod drill;
mod forecast;
mod foreman;
mod in_hand;
pub(crate) mod inline;
pub(crate) mod ledger;
mod log;
mod obituary;
pub(crate) mod plan;
pub(crate) mod readers;
mod scan;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::Sender;

use crate::algorithm::Algorithm;
use crate::cancel::Control;
use crate::error::SpecError;
use crate::event::Sink;
use crate::progress::{Lane, Totals};
use crate::selection::Selection;

pub use drill::Damage;
pub use forecast::Forecast;
use foreman::Order;
pub use in_hand::{Fate, FilesInHand};
use inline::Start;
pub use log::JobLog;
use plan::Plan;

/// What to hash and how.
#[derive(Clone, Debug)]
pub struct JobSpec {
    /// Files and folders; folders are walked.
    pub roots: Vec<PathBuf>,
    /// At least one; each file is read once for all of them.
    pub algorithms: Vec<Algorithm>,
    /// What to do about symbolic links below the roots. A root that is a link is followed.
    pub links: Links,
    /// Which of the files below the roots count.
    pub selection: Selection,
    /// How many workers, from 1 to [`JobSpec::MAX_WORKERS`].
    pub workers: usize,
    /// How the workers stand against the rest of the machine.
    pub priority: Priority,
    /// How long one file may take, counted from its beginning; `None`: as long as it takes. Only
    /// for jobs on processes: a thread that waits for a disk cannot be ended.
    pub file_limit: Option<Duration>,
}

/// What to do about symbolic links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// Pass them over and count them.
    #[default]
    Skip,
    /// Hash what they lead to. A link that leads back to a folder above it is reported.
    Follow,
}

/// How workers stand against the rest of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// Like any other program.
    #[default]
    Normal,
    /// Behind a window that must answer.
    Background,
}

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOn {
    /// Background threads of this process. A thread cannot be killed.
    Threads,
    /// Child processes of this executable.
    Processes,
}

impl JobSpec {
    /// More workers than this help on no machine, and each process takes three pipes.
    pub const MAX_WORKERS: usize = 256;

    /// Whether the job can be started at all.
    ///
    /// # Errors
    /// Says what is missing or too much.
    pub fn check(&self) -> Result<(), SpecError> {
        match self {
            Self { roots, .. } if roots.is_empty() => Err(SpecError::NoPaths),
            Self { algorithms, .. } if algorithms.is_empty() => Err(SpecError::NoAlgorithm),
            _ => Self::check_workers(self.workers),
        }
    }

    pub(crate) fn check_workers(workers: usize) -> Result<(), SpecError> {
        match workers {
            0 => Err(SpecError::NoWorkers),
            1..=Self::MAX_WORKERS => Ok(()),
            _ => Err(SpecError::TooManyWorkers(workers)),
        }
    }
}

/// A running job. Nothing here ever waits, but [`Job::join`]. Dropping the handle cancels the
/// job; its threads and children then end by themselves.
///
/// ```
/// use workers::{Algorithm, Event, Job, JobSpec, Links, Priority, RunOn, Sink, Verdict};
///
/// let (sink, events) = Sink::new(|| ());
/// let spec = JobSpec {
///     roots: vec!["Cargo.toml".into()],
///     algorithms: vec![Algorithm::Sha256],
///     links: Links::Skip,
///     selection: workers::Selection::default(),
///     workers: 2,
///     priority: Priority::Normal,
///     file_limit: None,
/// };
/// let job = Job::start(spec, RunOn::Threads, sink)?;
/// for event in &events {
///     match event {
///         Event::Results(results) => {
///             assert!(matches!(results[0].verdict, Verdict::Hashed(_)));
///         }
///         Event::Worker { .. } => {}
///         Event::Finished(summary) => {
///             assert_eq!(summary.found, 1);
///             break;
///         }
///     }
/// }
/// job.join();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Job {
    pub(crate) control: Control,
    pub(crate) totals: Arc<Totals>,
    pub(crate) lanes: Arc<[Arc<Lane>]>,
    log: JobLog,
    pub(crate) orders: Sender<Order>,
    pub(crate) foreman: Option<JoinHandle<()>>,
    run_on: RunOn,
}

impl Job {
    /// Starts a job; everything it has to say goes to `sink`.
    ///
    /// # Errors
    /// A job that makes no sense, or a system that gives no thread.
    pub fn start(spec: JobSpec, run_on: RunOn, sink: Sink) -> Result<Self, SpecError> {
        spec.check()?;
        Self::launch(Start::fresh(spec), run_on, sink)
    }

    pub(crate) fn launch<P: Plan>(
        start: Start<P, impl Iterator<Item = P::Found> + Send + 'static>,
        run_on: RunOn,
        sink: Sink,
    ) -> Result<Self, SpecError> {
        let control = start.common.control.clone();
        let totals = start.common.totals.clone();
        let lanes: Arc<[Arc<Lane>]> = (0..start.workers).map(|_| Arc::default()).collect();
        let (orders, inbox) = crossbeam_channel::unbounded();
        let log = JobLog::since(start.ledger.started());
        let seen = foreman::Seen {
            control: control.clone(),
            lanes: lanes.clone(),
            log: log.0.clone(),
        };
        let foreman =
            foreman::spawn(start, run_on, seen, inbox, sink).map_err(SpecError::Thread)?;
        Ok(Self {
            control,
            totals,
            lanes,
            log,
            orders,
            foreman: Some(foreman),
            run_on,
        })
    }

    /// Who does the work.
    #[must_use]
    pub fn run_on(&self) -> RunOn {
        self.run_on
    }

    /// The job's counters.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// One lane a worker.
    #[must_use]
    pub fn lanes(&self) -> &[Arc<Lane>] {
        &self.lanes
    }

    /// What the workers printed and what became of them.
    #[must_use]
    pub fn log(&self) -> &JobLog {
        &self.log
    }

    /// Makes the workers wait at their next step.
    pub fn pause(&self) {
        self.control.set_paused(true);
        self.order(Order::Pause);
    }

    /// Lets them go on.
    pub fn resume(&self) {
        self.control.set_paused(false);
        self.order(Order::Resume);
    }

    /// Ends the job: workers are asked, and killed if they do not listen. `Finished` follows.
    pub fn cancel(&self) {
        self.control.cancel();
        self.order(Order::Cancel);
    }

    /// Kills one worker process. Its files are hashed by others and a new worker takes its
    /// place. A thread cannot be killed: for a job on threads this does nothing.
    pub fn kill_worker(&self, worker: usize) {
        self.order(Order::Kill(worker));
    }

    /// Gives up the file that one worker process is at: the worker is ended, the file is settled
    /// as skipped, and the others it held go to others. Where it is not certain which of them it
    /// is at, they are tried alone first. For a job on threads this does nothing.
    pub fn skip_file(&self, worker: usize) {
        self.order(Order::Skip(worker));
    }

    /// Turns the fault drill on or off: workers are killed, crashed and stopped at random. The
    /// results are the same. For a job on threads this does nothing.
    pub fn drill(&self, on: bool) {
        self.order(Order::Drill(on));
    }

    fn order(&self, order: Order) {
        // A foreman that has ended has nothing left to be told.
        let _ = self.orders.send(order);
    }

    /// Waits until every thread and child of the job is gone.
    pub fn join(mut self) {
        if let Some(foreman) = self.foreman.take() {
            // A panic in there was reported by the panic hook already.
            let _ = foreman.join();
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.cancel();
    }
}
