//! What every subcommand that runs a job has in common: who does the work, progress, Ctrl-C, and
//! what is said of workers and at the end.

use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use crossbeam_channel::{Receiver, RecvTimeoutError, select};
use workers::{
    Algorithm, CannotKeep, Cause, Control, Event, FileResult, InlineJob, Job, JobSpec, Pace, RunOn,
    Selection, Sink, SortedResults, SpecError, Strength, Summary, Totals, VerdictKind, WorkerEvent,
};

use super::instructions::Allowed;
use super::output::{ProgressLine, summary_json};
use super::progress::Progress;
use super::{default_workers, parse_workers, status};
use crate::history::History;

#[derive(Debug, Args)]
pub(super) struct Work {
    /// Who does the work
    #[arg(long, value_enum, default_value_t = Way::Processes)]
    pub(super) run_on: Way,

    /// Number of workers [default: the number of cores]
    #[arg(short = 'j', long, value_name = "N", value_parser = parse_workers)]
    workers: Option<usize>,

    /// Give up a file that takes longer than so many seconds (processes only)
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    file_limit: Option<u32>,

    /// Kill, crash and stop workers at random, to see the job survive it (processes only)
    #[arg(long)]
    drill: bool,

    /// Print at the end which workers died and why, and what became of their files
    #[arg(long)]
    history: bool,

    #[command(flatten)]
    instructions: Allowed,

    #[command(flatten)]
    pub(super) progress: Progress,

    /// Print a summary on standard error at the end
    #[arg(long, value_enum)]
    pub(super) summary: Option<SummaryFormat>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Way {
    /// A pool of child processes
    Processes,
    /// Background threads
    Threads,
    /// This thread alone
    Inline,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SummaryFormat {
    /// One JSON object on one line
    Json,
}

/// Why there is no summary.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("{0} goes with --run-on processes only: no thread can be ended by force")]
    ProcessesOnly(&'static str),
    #[error("only `hash` can do its work on this thread: choose --run-on processes or threads")]
    NotInline,
    #[error("interrupted twice; nothing was written")]
    Interrupted,
    #[error("the job ended without a word; this is a mistake in the program")]
    Lost,
    #[error(transparent)]
    Spec(#[from] SpecError),
    #[error(transparent)]
    Keep(#[from] CannotKeep),
}

/// Where the results of a job go.
pub(super) trait Keep: Default {
    fn keep(&mut self, results: Vec<FileResult>) -> Result<(), CannotKeep>;
}

impl Keep for Vec<FileResult> {
    fn keep(&mut self, results: Vec<FileResult>) -> Result<(), CannotKeep> {
        self.extend(results);
        Ok(())
    }
}

impl Keep for SortedResults {
    fn keep(&mut self, results: Vec<FileResult>) -> Result<(), CannotKeep> {
        self.extend(results)
    }
}

impl Failure {
    pub(super) fn status(&self) -> u8 {
        match self {
            Self::ProcessesOnly(_) | Self::NotInline | Self::Spec(_) => status::USAGE,
            Self::Interrupted => status::INTERRUPTED,
            Self::Lost | Self::Keep(_) => status::WRONG,
        }
    }
}

impl Work {
    /// Who does the work of a job that this thread alone cannot do.
    pub(super) fn run_on(&self) -> Result<RunOn, Failure> {
        match self.run_on {
            Way::Processes => Ok(RunOn::Processes),
            Way::Threads => Ok(RunOn::Threads),
            Way::Inline => Err(Failure::NotInline),
        }
    }

    pub(super) fn workers(&self) -> usize {
        self.workers.unwrap_or_else(default_workers)
    }

    pub(super) fn file_limit(&self) -> Option<Duration> {
        self.file_limit
            .map(|seconds| Duration::from_secs(u64::from(seconds)))
    }

    /// Runs a job on this thread alone.
    pub(super) fn inline<K: Keep>(&self, spec: JobSpec) -> Result<(Summary, K), Failure> {
        let (mut report, interrupted) = self.begin()?;
        let summary = run_inline(spec, &interrupted, &mut report)?;
        Ok((summary, self.end(report)))
    }

    /// Runs the job that `start` starts.
    pub(super) fn pool<K: Keep>(
        &self,
        start: impl FnOnce(Sink) -> Result<Job, SpecError>,
    ) -> Result<(Summary, K), Failure> {
        let (mut report, interrupted) = self.begin()?;
        let (sink, events) = Sink::new(|| {});
        let job = start(sink)?;
        job.drill(self.drill);
        let summary = run_pool(job, &events, &interrupted, &mut report)?;
        let results = self.end(report);
        if self.drill {
            say_damage(&summary);
        }
        Ok((summary, results))
    }

    /// The summary that was asked for.
    pub(super) fn sum_up(&self, summary: &Summary, selection: &Selection) {
        if let Some(SummaryFormat::Json) = self.summary {
            eprintln!("{}", summary_json(summary, selection));
        }
    }

    /// Whether the options go together.
    pub(super) fn check(&self) -> Result<(), Failure> {
        for (given, option) in [
            (self.drill, "--drill"),
            (self.file_limit.is_some(), "--file-limit"),
        ] {
            if given && self.run_on != Way::Processes {
                return Err(Failure::ProcessesOnly(option));
            }
        }
        Ok(())
    }

    fn begin<K: Keep>(&self) -> Result<(Report<K>, Receiver<()>), Failure> {
        self.check()?;
        self.instructions.apply();
        let (interrupt, mut interrupted) = crossbeam_channel::bounded(2);
        let handler = ctrlc::set_handler(move || {
            if interrupt.try_send(()).is_err() {
                // Nobody has taken the first two: end without ceremony. The workers see the end
                // of their pipes.
                std::process::exit(i32::from(status::INTERRUPTED));
            }
        });
        if let Err(error) = handler {
            eprintln!("thawsum: Ctrl-C will end the program without a report: {error}");
            interrupted = crossbeam_channel::never();
        }
        let report = Report {
            results: K::default(),
            history: History::default(),
            line: self.progress.line(),
        };
        Ok((report, interrupted))
    }

    fn end<K>(&self, mut report: Report<K>) -> K {
        if let Some(line) = &mut report.line {
            line.clear();
        }
        if self.history {
            match report.history.total() {
                0 => eprintln!("thawsum: no worker died"),
                _ => eprint!("{}", report.history.text(|_| true)),
            }
        }
        report.results
    }
}

/// What a job with weak algorithms alone shows and does not show, in words. A stronger one beside
/// them makes up for it.
pub(super) fn say_weak(summary: &Summary) {
    let is_strong = |algorithm: &Algorithm| algorithm.strength() == Strength::Strong;
    if summary.counts.get(VerdictKind::Ok) == 0 || summary.algorithms.iter().any(is_strong) {
        return;
    }
    let names: Vec<&str> = summary.algorithms.iter().map(|one| one.label()).collect();
    let many = names.len() > 1;
    eprintln!(
        "thawsum: {} {} accidents; a file that somebody changed on purpose can have the same digest",
        names.join(" and "),
        if many { "find" } else { "finds" },
    );
}

fn say_damage(summary: &Summary) {
    let workers::Damage {
        killed,
        crashed,
        stopped,
    } = summary.damage;
    eprintln!(
        "thawsum: the drill killed {killed} workers, crashed {crashed} and stopped {stopped} for a while; \
         what they held was hashed by others"
    );
}

struct Report<K> {
    results: K,
    history: History,
    line: Option<ProgressLine>,
}

impl<K> Report<K> {
    fn progress(&mut self, totals: &Totals) {
        if let Some(line) = &mut self.line {
            line.show(totals.now());
        }
    }

    fn complain(&mut self, text: &str) {
        if let Some(line) = &mut self.line {
            line.clear();
        }
        eprintln!("thawsum: {text}");
    }

    fn complain_of(&mut self, worker: usize, what: &WorkerEvent) {
        match what {
            // The drill says at the end how many there were, and of a file that was given up
            // something else was said.
            WorkerEvent::Died {
                cause: Cause::Drill | Cause::Skip | Cause::FileLimit,
                ..
            }
            | WorkerEvent::GaveUp { alone: 0, .. }
            | WorkerEvent::Replaced { .. } => {}
            WorkerEvent::Died { how, files, .. } | WorkerEvent::Panicked { how, files, .. } => {
                self.complain(&format!(
                    "worker {worker} {how}; {} of its files are hashed by others",
                    files.passed_on()
                ));
            }
            WorkerEvent::StartFailed { reason, .. } => {
                self.complain(&format!("worker {worker} {reason}"));
            }
            WorkerEvent::GaveUp { alone, .. } => self.complain(&format!(
                "worker {worker} hung on one of {alone} files; each is now tried alone"
            )),
        }
    }
}

fn run_inline<K: Keep>(
    spec: JobSpec,
    interrupted: &Receiver<()>,
    report: &mut Report<K>,
) -> Result<Summary, Failure> {
    let control = Control::default();
    let mut job = InlineJob::new(spec, &control)?;
    let totals = job.totals().clone();
    loop {
        // Only to look up now and then; the work itself has no deadline.
        let look_up = Instant::now() + Duration::from_millis(100);
        let mut results = Vec::new();
        let pace = job.run(Some(look_up), &mut |result| results.push(result));
        report.results.keep(results)?;
        if let Pace::Finished(summary) = pace {
            return Ok(*summary);
        }
        if interrupted.try_recv().is_ok() {
            control.cancel();
        }
        report.progress(&totals);
    }
}

fn run_pool<K: Keep>(
    job: Job,
    events: &Receiver<Event>,
    interrupted: &Receiver<()>,
    report: &mut Report<K>,
) -> Result<Summary, Failure> {
    let mut cancelled = false;
    loop {
        // The interrupt itself wakes this up; the timeout is for the progress line.
        let event = select! {
            recv(events) -> event => event.map_err(|_| RecvTimeoutError::Disconnected),
            recv(interrupted) -> _ => {
                if cancelled {
                    return Err(Failure::Interrupted);
                }
                cancelled = true;
                job.cancel();
                continue;
            }
            default(Duration::from_millis(100)) => Err(RecvTimeoutError::Timeout),
        };
        match event {
            Ok(Event::Results(results)) => report.results.keep(results)?,
            Ok(Event::Worker { worker, at, what }) => {
                report.history.note(worker, at, &what);
                report.complain_of(worker + 1, &what);
            }
            Ok(Event::Finished(summary)) => {
                job.join();
                return Ok(*summary);
            }
            Err(RecvTimeoutError::Timeout) => {}
            // The dispatcher panicked, and its own hook has said where.
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::Lost);
            }
        }
        report.progress(job.totals());
    }
}
