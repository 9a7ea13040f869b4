//! The job on the caller's own thread. While [`InlineJob::run`] works, the caller does nothing
//! else: that is the point. A caller that has had enough hands the rest, down to the half-read
//! file, to background threads.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::common::Common;
use super::ledger::Ledger;
use super::plan::List;
use super::{Job, JobSpec, Priority, RunOn};
use crate::cancel::{CancelToken, Control};
use crate::error::SpecError;
use crate::event::{Ending, Sink, Summary, WorkerFigures};
use crate::process::usage::CpuClock;
use crate::progress::Totals;
use crate::tasks::reading::Reading;
use crate::tasks::solo::{HalfRead, Solo, Step};
use crate::tasks::walk::{Found, Walk};
use crate::verdict::{FileResult, Verdict};

/// A job that runs only while somebody calls [`InlineJob::run`].
pub struct InlineJob {
    spec: JobSpec,
    walk: Walk,
    solo: Solo,
    in_hand: Option<(PathBuf, Reading)>,
    ledger: Ledger,
    totals: Arc<Totals>,
    cancel: CancelToken,
    figures: WorkerFigures,
    left_out: Arc<AtomicU64>,
}

/// How far a call to [`InlineJob::run`] got.
#[derive(Debug)]
pub enum Pace {
    /// The job is over.
    Finished(Box<Summary>),
    /// The deadline passed first.
    OutOfTime,
}

/// Where a job begins: at the beginning, or where this way of running it stopped.
pub(crate) struct Start<P, S> {
    pub(crate) plan: P,
    /// What the scan's thread goes through.
    pub(crate) source: S,
    pub(crate) workers: usize,
    pub(crate) priority: Priority,
    /// See [`JobSpec::file_limit`].
    pub(crate) file_limit: Option<Duration>,
    /// What is asked on what kind of disk it is.
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) common: Common,
    pub(crate) ledger: Ledger,
    pub(crate) half_read: Option<HalfRead>,
}

impl<P, S> Start<P, S> {
    /// From the beginning. `common` is what `source` has too.
    pub(crate) fn new(
        plan: P,
        source: S,
        roots: Vec<PathBuf>,
        common: Common,
        workers: usize,
        priority: Priority,
        file_limit: Option<Duration>,
    ) -> Self {
        Self {
            plan,
            source,
            workers,
            priority,
            file_limit,
            roots,
            common,
            ledger: Ledger::new(CpuClock::start()),
            half_read: None,
        }
    }
}

impl Start<List, Walk> {
    pub(crate) fn fresh(spec: JobSpec) -> Self {
        let common = Common::default();
        let roots = spec.roots.clone();
        let walk = Walk::new(spec.roots, spec.links, spec.selection);
        Self::new(
            List::new(&spec.algorithms),
            walk.counting(Arc::clone(&common.left_out)),
            roots,
            common,
            spec.workers,
            spec.priority,
            spec.file_limit,
        )
    }
}

impl InlineJob {
    /// Prepares a job; nothing is read yet. `cancel` may be used from another thread.
    ///
    /// # Errors
    /// A job that makes no sense.
    pub fn new(spec: JobSpec, cancel: &Control) -> Result<Self, SpecError> {
        spec.check()?;
        let Start {
            source: walk,
            common,
            ledger,
            ..
        } = Start::fresh(spec.clone());
        Ok(Self {
            walk,
            solo: Solo::new(&spec.algorithms),
            in_hand: None,
            ledger,
            totals: common.totals,
            cancel: cancel.token().clone(),
            figures: WorkerFigures::default(),
            left_out: common.left_out,
            spec,
        })
    }

    /// The job's counters.
    #[must_use]
    pub fn totals(&self) -> &Arc<Totals> {
        &self.totals
    }

    /// Works on this thread until the job is over or `deadline` has passed; `out` gets each
    /// result as it comes.
    pub fn run(&mut self, deadline: Option<Instant>, out: &mut dyn FnMut(FileResult)) -> Pace {
        loop {
            if self.cancel.is_cancelled() {
                return Pace::Finished(Box::new(self.summary(Ending::Cancelled)));
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Pace::OutOfTime;
            }
            if let Some((path, mut reading)) = self.in_hand.take() {
                match self.solo.step(&mut reading) {
                    Step::More => self.in_hand = Some((path, reading)),
                    Step::End(verdict) => {
                        let walked = reading.size();
                        self.settle(path, walked, reading.done, verdict, out);
                    }
                }
                continue;
            }
            match self.walk.next() {
                None => {
                    self.totals.scan_finished();
                    return Pace::Finished(Box::new(self.summary(Ending::Completed)));
                }
                Some(Found::Folder | Found::LeftOut(_)) => {}
                Some(Found::Settled(result)) => {
                    self.totals.found(1, 0);
                    self.totals.done(1, 0);
                    self.ledger.count(&result);
                    out(result);
                }
                Some(Found::File { path, seen }) => {
                    self.totals.found(1, seen.size);
                    match Reading::open(&path) {
                        Ok(reading) => self.in_hand = Some((path, reading)),
                        Err(verdict) => self.settle(path, seen.size, 0, verdict, out),
                    }
                }
            }
        }
    }

    fn settle(
        &mut self,
        path: PathBuf,
        walked: u64,
        read: u64,
        verdict: Verdict,
        out: &mut dyn FnMut(FileResult),
    ) {
        self.totals.done(1, walked);
        self.figures.files += 1;
        self.figures.bytes += read;
        let result = FileResult {
            path,
            size: if matches!(verdict, Verdict::Hashed(_)) {
                read
            } else {
                walked
            },
            verdict,
        };
        if let Verdict::Hashed(_) = result.verdict {
            self.ledger.read(read);
        }
        self.ledger.count(&result);
        out(result);
    }

    fn summary(&self, ending: Ending) -> Summary {
        let mut summary = self.ledger.close(ending, self.totals.now().found_files);
        summary.algorithms = self.spec.algorithms.as_slice().into();
        summary.workers = vec![self.figures.clone()];
        summary.left_out = self.left_out.load(Ordering::Relaxed);
        summary
    }

    /// Hands the rest of the job to background threads.
    ///
    /// # Errors
    /// The system would not give a thread.
    pub fn go_on_in_background(self, sink: Sink) -> Result<Job, SpecError> {
        let half_read = self.in_hand.map(|(path, reading)| HalfRead {
            path,
            reading,
            solo: self.solo,
        });
        let start = Start {
            source: self.walk,
            common: Common {
                totals: self.totals,
                left_out: self.left_out,
                ..Common::default()
            },
            ledger: self.ledger,
            half_read,
            ..Start::fresh(self.spec)
        };
        Job::launch(start, RunOn::Threads, sink)
    }
}
