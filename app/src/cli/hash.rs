//! `thawsum hash`: checksum files and folders, list on standard output.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use crossbeam_channel::{RecvTimeoutError, select};
use workers::manifest::{Entry, Format, ListWriter};
use workers::{
    Algorithm, Cause, Control, Ending, Event, FileResult, InlineJob, Job, JobSpec, Links, Pace,
    Priority, RunOn, Sink, Summary, Totals, Verdict, WorkerEvent, path_bytes, shown,
};

use super::output::{ProgressLine, summary_json};
use super::{default_workers, parse_algorithm, parse_workers, status};
use crate::history::History;
use crate::save;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Files and folders; folders are walked
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Algorithm; may be repeated with formats that name it in each line
    #[arg(short, long = "algorithm", value_name = "NAME", value_parser = parse_algorithm,
          default_value = "sha256", long_help = algorithm_help())]
    algorithm: Vec<Algorithm>,

    /// Who does the work
    #[arg(long, value_enum, default_value_t = Way::Processes)]
    run_on: Way,

    /// Number of workers [default: the number of cores]
    #[arg(short = 'j', long, value_name = "N", value_parser = parse_workers)]
    workers: Option<usize>,

    /// Format of the list
    #[arg(long, value_name = "FORMAT", default_value = "gnu", value_parser = parse_format,
          long_help = format!("Format of the list: {}", Format::names()))]
    format: Format,

    /// End gnu lines with NUL and escape nothing
    #[arg(short, long)]
    zero: bool,

    /// Write the list to FILE, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Follow symbolic links below the paths
    #[arg(long)]
    follow_links: bool,

    /// Give up a file that takes longer than so many seconds (processes only)
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    file_limit: Option<u32>,

    /// Kill, crash and stop workers at random, to see the job survive it (processes only)
    #[arg(long)]
    drill: bool,

    /// Print at the end which workers died and why, and what became of their files
    #[arg(long)]
    history: bool,

    /// Show progress on standard error
    #[arg(long, value_enum, default_value_t = When::Auto)]
    progress: When,

    /// Print a summary on standard error at the end
    #[arg(long, value_enum)]
    summary: Option<SummaryFormat>,
}

fn algorithm_help() -> String {
    let names: Vec<&str> = Algorithm::ALL.iter().map(|a| a.name()).collect();
    format!(
        "Algorithm; may be repeated with formats that name it in each line.\n{}",
        names.join(", ")
    )
}

fn parse_format(name: &str) -> Result<Format, String> {
    name.parse()
        .map_err(|error: workers::manifest::UnknownFormat| error.to_string())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Way {
    /// A pool of child processes
    Processes,
    /// Background threads
    Threads,
    /// This thread alone
    Inline,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    /// Where standard error is a terminal
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SummaryFormat {
    /// One JSON object on one line
    Json,
}

pub(super) fn run(options: &Options) -> ExitCode {
    match try_run(options) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("thawsum: {error}");
            ExitCode::from(error.status())
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Usage(String),
    #[error("interrupted twice; nothing was written")]
    Interrupted,
    #[error("the job ended without a word; this is a mistake in the program")]
    Lost,
    #[error(transparent)]
    Spec(#[from] workers::SpecError),
    #[error("the list was not written: {0}")]
    CannotCarry(#[from] workers::manifest::CannotWrite),
    #[error("the list could not be printed: {0}")]
    Print(#[source] io::Error),
    #[error(transparent)]
    Save(#[from] save::SaveError),
}

impl Failure {
    fn status(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Spec(_) => status::USAGE,
            Self::Interrupted => status::INTERRUPTED,
            Self::Lost | Self::CannotCarry(_) | Self::Print(_) | Self::Save(_) => status::WRONG,
        }
    }
}

fn try_run(options: &Options) -> Result<u8, Failure> {
    let format = match (options.zero, options.format) {
        (false, format) => format,
        (true, format) if format == Format::GNU => Format::GNU_ZERO,
        (true, _) => {
            return Err(Failure::Usage(
                "--zero goes with --format gnu only".to_owned(),
            ));
        }
    };
    format
        .check(&options.algorithm, [])
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let spec = JobSpec {
        roots: options.paths.clone(),
        algorithms: options.algorithm.clone(),
        links: if options.follow_links {
            Links::Follow
        } else {
            Links::Skip
        },
        workers: options.workers.unwrap_or_else(default_workers),
        priority: Priority::Normal,
        file_limit: options
            .file_limit
            .map(|seconds| Duration::from_secs(u64::from(seconds))),
    };
    for (given, option) in [
        (options.drill, "--drill"),
        (options.file_limit.is_some(), "--file-limit"),
    ] {
        if given && options.run_on != Way::Processes {
            return Err(Failure::Usage(format!(
                "{option} goes with --run-on processes only: no thread can be ended by force"
            )));
        }
    }
    let (interrupt, interrupted) = crossbeam_channel::bounded(2);
    let handler = ctrlc::set_handler(move || {
        if interrupt.try_send(()).is_err() {
            // Nobody has taken the first two: end without ceremony. The workers see the end of
            // their pipes.
            std::process::exit(i32::from(status::INTERRUPTED));
        }
    });
    if let Err(error) = handler {
        eprintln!("thawsum: Ctrl-C will end the program without a report: {error}");
    }
    let show = match options.progress {
        When::Always => true,
        When::Never => false,
        When::Auto => io::IsTerminal::is_terminal(&io::stderr()),
    };
    let mut report = Report {
        results: Vec::new(),
        history: History::default(),
        line: show.then(ProgressLine::new),
    };
    let summary = match options.run_on {
        Way::Inline => run_inline(spec, &interrupted, &mut report)?,
        Way::Threads => run_pool(spec, RunOn::Threads, false, &interrupted, &mut report)?,
        Way::Processes => run_pool(
            spec,
            RunOn::Processes,
            options.drill,
            &interrupted,
            &mut report,
        )?,
    };
    if let Some(line) = &mut report.line {
        line.clear();
    }
    if options.history {
        match report.history.total() {
            0 => eprintln!("thawsum: no worker died"),
            _ => eprint!("{}", report.history.text(|_| true)),
        }
    }
    let code = conclude(options, format, &summary, report.results)?;
    if let Some(SummaryFormat::Json) = options.summary {
        eprintln!("{}", summary_json(&summary));
    }
    Ok(code)
}

struct Report {
    results: Vec<FileResult>,
    history: History,
    line: Option<ProgressLine>,
}

impl Report {
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

fn run_inline(
    spec: JobSpec,
    interrupted: &crossbeam_channel::Receiver<()>,
    report: &mut Report,
) -> Result<Summary, Failure> {
    let control = Control::default();
    let mut job = InlineJob::new(spec, &control)?;
    let totals = job.totals().clone();
    loop {
        // Only to look up now and then; the work itself has no deadline.
        let look_up = Instant::now() + Duration::from_millis(100);
        let results = &mut report.results;
        if let Pace::Finished(summary) = job.run(Some(look_up), &mut |result| results.push(result))
        {
            return Ok(*summary);
        }
        if interrupted.try_recv().is_ok() {
            control.cancel();
        }
        report.progress(&totals);
    }
}

fn run_pool(
    spec: JobSpec,
    run_on: RunOn,
    drill: bool,
    interrupted: &crossbeam_channel::Receiver<()>,
    report: &mut Report,
) -> Result<Summary, Failure> {
    let (sink, events) = Sink::new(|| {});
    let job = Job::start(spec, run_on, sink)?;
    job.drill(drill);
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
            Ok(Event::Results(results)) => report.results.extend(results),
            Ok(Event::Worker { worker, at, what }) => {
                report.history.note(worker, at, &what);
                report.complain_of(worker + 1, &what);
            }
            Ok(Event::Finished(summary)) => {
                job.join();
                return Ok(summary);
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

/// Prints the list and says what is not in it. Gives the exit status.
fn conclude(
    options: &Options,
    format: Format,
    summary: &Summary,
    mut results: Vec<FileResult>,
) -> Result<u8, Failure> {
    if summary.ending == Ending::Cancelled {
        eprintln!(
            "thawsum: interrupted; {} of {} files found so far had been hashed; no list was written",
            summary.counts.get(workers::VerdictKind::Ok),
            summary.found,
        );
        return Ok(status::INTERRUPTED);
    }
    if let Ending::Failed(why) = &summary.ending {
        eprintln!(
            "thawsum: the job could not go on: {why}; {} files were not hashed; no list was written",
            summary.not_reached
        );
        return Ok(status::WRONG);
    }
    results.sort_unstable_by(|a, b| path_bytes(&a.path).cmp(path_bytes(&b.path)));
    for result in &results {
        match &result.verdict {
            Verdict::Skipped(_) => {}
            Verdict::ChangedWhileReading(why) => {
                eprintln!(
                    "thawsum: {}: changed while it was read: {why}",
                    shown(&result.path)
                );
            }
            Verdict::TimedOut(limit) => eprintln!(
                "thawsum: {}: given up after {} s",
                shown(&result.path),
                limit.as_secs()
            ),
            other => {
                if let Some(why) = other.reason() {
                    eprintln!("thawsum: {}: {why}", shown(&result.path));
                }
            }
        }
    }
    if options.drill {
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
    let skipped = summary.counts.get(workers::VerdictKind::Skipped);
    if skipped > 0 && options.summary.is_none() {
        eprintln!("thawsum: {skipped} skipped (links, pipes, sockets or devices)");
    }
    let hashed = || {
        results.iter().filter_map(|result| {
            Some(Entry {
                path: &result.path,
                size: result.size,
                digests: result.verdict.digests()?,
            })
        })
    };
    format.check(&options.algorithm, hashed().map(|entry| entry.path))?;
    let write = |out: &mut dyn Write| -> io::Result<()> {
        let mut list = ListWriter::new(
            format,
            &options.algorithm,
            io::BufWriter::with_capacity(1 << 16, out),
        )?;
        for entry in hashed() {
            list.entry(&entry)?;
        }
        list.finish().map(drop)
    };
    match &options.output {
        None => write(&mut io::stdout().lock()).map_err(Failure::Print)?,
        Some(file) => save::whole(file, save::Existing::Replace, write)?,
    }
    Ok(if summary.counts.any_wrong() {
        status::WRONG
    } else {
        0
    })
}
