//! `thawsum hash`: checksum files and folders, list on standard output.

mod stdin;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use workers::manifest::{Entry, Format, ListWriter};
use workers::{
    Algorithm, CannotKeep, Ending, FileResult, Job, JobSpec, Links, Priority, RunOn, Selection,
    SortedResults, Summary, Verdict, shown,
};

use self::stdin::Stdin;
use super::select::Select;
use super::work::{self, Way, Work};
use super::{algorithms, formats, status};
use crate::format::counted;
use crate::save;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Files and folders; folders are walked, and - is standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Algorithm; may be repeated with formats that name it in each line
    #[arg(short, long = "algorithm", value_name = "NAME", value_parser = algorithms(), hide_possible_values = true,
          default_value = "sha256", long_help = algorithm_help())]
    algorithm: Vec<Algorithm>,

    /// Format of the list
    #[arg(long, value_name = "FORMAT", default_value = "gnu", value_parser = formats(), hide_possible_values = true,
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

    #[command(flatten)]
    select: Select,

    #[command(flatten)]
    work: Work,
}

fn algorithm_help() -> String {
    let names: Vec<&str> = Algorithm::ALL.iter().map(|a| a.name()).collect();
    format!(
        "Algorithm; may be repeated with formats that name it in each line.\n{}",
        names.join(", ")
    )
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
    #[error(transparent)]
    Pattern(#[from] workers::BadPattern),
    #[error(transparent)]
    Work(#[from] work::Failure),
    #[error(transparent)]
    Keep(#[from] CannotKeep),
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
            Self::Usage(_) | Self::Pattern(_) => status::USAGE,
            Self::Work(failure) => failure.status(),
            Self::Keep(_) | Self::CannotCarry(_) | Self::Print(_) | Self::Save(_) => status::WRONG,
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
    let selection = options.select.selection()?;
    options.work.check()?;
    let (streams, roots): (Vec<PathBuf>, Vec<PathBuf>) = options
        .paths
        .iter()
        .cloned()
        .partition(|path| path.as_os_str() == stdin::NAME);
    let stdin = (!streams.is_empty())
        .then(|| Stdin::read(&options.algorithm, options.work.progress.line()));
    let (mut summary, mut results) = match roots.is_empty() {
        true => (Stdin::summary(&options.algorithm), SortedResults::default()),
        false => run_job(options, roots, &selection)?,
    };
    if let Some(stdin) = stdin {
        stdin.join(&mut summary, &mut results)?;
    }
    work::say_weak(&summary);
    let code = conclude(options, format, &summary, results)?;
    options.work.sum_up(&summary, &selection);
    Ok(code)
}

fn run_job(
    options: &Options,
    roots: Vec<PathBuf>,
    selection: &Selection,
) -> Result<(Summary, SortedResults), work::Failure> {
    let spec = JobSpec {
        roots,
        algorithms: options.algorithm.clone(),
        links: if options.follow_links {
            Links::Follow
        } else {
            Links::Skip
        },
        selection: selection.clone(),
        workers: options.work.workers(),
        priority: Priority::Normal,
        file_limit: options.work.file_limit(),
    };
    match options.work.run_on {
        Way::Inline => options.work.inline(spec),
        Way::Threads => options
            .work
            .pool(|sink| Job::start(spec, RunOn::Threads, sink)),
        Way::Processes => options
            .work
            .pool(|sink| Job::start(spec, RunOn::Processes, sink)),
    }
}

/// Prints the list and says what is not in it. Gives the exit status.
fn conclude(
    options: &Options,
    format: Format,
    summary: &Summary,
    mut results: SortedResults,
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
    let mut cannot_carry = Ok(());
    results.try_for_each(|result| {
        complain(result);
        if cannot_carry.is_ok() && result.verdict.digests().is_some() {
            cannot_carry = format.check_path(&result.path);
        }
        Ok::<(), CannotKeep>(())
    })?;
    let skipped = summary.counts.get(workers::VerdictKind::Skipped);
    if skipped > 0 && options.work.summary.is_none() {
        eprintln!("thawsum: {skipped} skipped (links, pipes, sockets or devices)");
    }
    if summary.left_out > 0 && options.work.summary.is_none() {
        eprintln!(
            "thawsum: {} left out by choice",
            counted(summary.left_out, "file or folder", "files and folders")
        );
    }
    cannot_carry?;
    let mut write = |out: &mut dyn Write| -> io::Result<()> {
        let mut list = ListWriter::new(
            format,
            &options.algorithm,
            io::BufWriter::with_capacity(1 << 16, out),
        )?;
        results.try_for_each(|result| match result.verdict.digests() {
            Some(digests) => list.entry(&Entry {
                path: &result.path,
                size: result.size,
                digests,
            }),
            None => Ok(()),
        })?;
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

/// Says what is the matter with a file that is not in the list.
fn complain(result: &FileResult) {
    let path = || shown(&result.path);
    match &result.verdict {
        Verdict::Skipped(_) => {}
        Verdict::ChangedWhileReading(why) => {
            eprintln!("thawsum: {}: changed while it was read: {why}", path());
        }
        Verdict::TimedOut(limit) => {
            eprintln!("thawsum: {}: given up after {} s", path(), limit.as_secs());
        }
        other => {
            if let Some(why) = other.reason() {
                eprintln!("thawsum: {}: {why}", path());
            }
        }
    }
}
