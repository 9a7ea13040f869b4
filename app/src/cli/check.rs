//! `thawsum check`: are the files what their checksum files say? The friendlier sister of
//! `sha256sum --check`: every verdict, and what else is in the folder.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use workers::manifest::Format;
use workers::{
    Algorithm, CheckSpec, Ending, FileResult, Job, Priority, RunOn, Summary, Unlisted, VerdictKind,
    path_bytes, shown,
};

use super::output::{summary_json, wording};
use super::work::{self, Way, Work};
use super::{parse_algorithm, parse_format, status};
use crate::format::{bytes, count, counted, duration};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Checksum files, in any format that is understood
    #[arg(required = true, value_name = "LIST")]
    lists: Vec<PathBuf>,

    /// The folder that names in the lists start from [default: the folder of each list]
    #[arg(long, value_name = "FOLDER")]
    base: Option<PathBuf>,

    /// Also look for files that no list names; where a listed one is missing, see whether it moved
    #[arg(long)]
    new: bool,

    /// As --new, and read them, to name those with the content of a listed file
    #[arg(long)]
    duplicates: bool,

    /// Format of the lists [default: as their content has it]
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    format: Option<Format>,

    /// Algorithm of lines that do not name theirs [default: by the length of the digest and the
    /// name of the list]
    #[arg(short, long, value_name = "NAME", value_parser = parse_algorithm)]
    algorithm: Option<Algorithm>,

    /// Print only what is not OK
    #[arg(short, long)]
    quiet: bool,

    /// Print one JSON object a line: each file, then the summary
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    work: Work,
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
    #[error("a check needs workers that can be waited for: --run-on processes or threads")]
    Inline,
    #[error(transparent)]
    Work(#[from] work::Failure),
    #[error("the verdicts could not be printed: {0}")]
    Print(#[source] io::Error),
}

impl Failure {
    fn status(&self) -> u8 {
        match self {
            Self::Inline => status::USAGE,
            Self::Work(failure) => failure.status(),
            Self::Print(_) => status::WRONG,
        }
    }
}

fn try_run(options: &Options) -> Result<u8, Failure> {
    let run_on = match options.work.run_on {
        Way::Inline => return Err(Failure::Inline),
        Way::Threads => RunOn::Threads,
        Way::Processes => RunOn::Processes,
    };
    let spec = CheckSpec {
        lists: options.lists.clone(),
        format: options.format,
        algorithm: options.algorithm,
        base: options.base.clone(),
        unlisted: match (options.new, options.duplicates) {
            (_, true) => Unlisted::Read,
            (true, false) => Unlisted::Reported,
            (false, false) => Unlisted::Ignored,
        },
        workers: options.work.workers(),
        priority: Priority::Normal,
        file_limit: options.work.file_limit(),
    };
    let (summary, mut results) = options.work.pool(|sink| Job::check(spec, run_on, sink))?;
    results.sort_by(|a, b| path_bytes(&a.path).cmp(path_bytes(&b.path)));
    print(options, &summary, &results).map_err(Failure::Print)?;
    let code = conclude(&summary);
    if !options.json {
        options.work.sum_up(&summary);
    }
    Ok(code)
}

fn print(options: &Options, summary: &Summary, results: &[FileResult]) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    for result in results {
        let kind = result.verdict.kind();
        if options.quiet && kind == VerdictKind::Ok {
            continue;
        }
        if options.json {
            writeln!(out, "{}", as_json(result))?;
            continue;
        }
        let (word, path) = (wording(kind), shown(&result.path));
        match result.verdict.reason() {
            Some(why) if !matches!(kind, VerdictKind::Missing | VerdictKind::New) => {
                writeln!(out, "{path}: {word}: {why}")?;
            }
            _ => writeln!(out, "{path}: {word}")?,
        }
    }
    if options.json {
        writeln!(out, "{}", json!({"summary": summary_json(summary)}))?;
    }
    out.flush()
}

fn as_json(result: &FileResult) -> Value {
    let bytes = path_bytes(&result.path);
    let mut value = json!({
        "path": String::from_utf8_lossy(bytes),
        "verdict": result.verdict.kind().name(),
        "size": result.size,
        "reason": result.verdict.reason(),
    });
    if std::str::from_utf8(bytes).is_err() {
        let hex: String = bytes
            .chunks(32)
            .map(|part| workers::Digest(part).to_string())
            .collect();
        value["path_hex"] = hex.into();
    }
    value
}

/// Says how it went on standard error; gives the exit status.
fn conclude(summary: &Summary) -> u8 {
    match &summary.ending {
        Ending::Completed => {}
        Ending::Cancelled => {
            eprintln!(
                "thawsum: interrupted; {} of {} had their verdict",
                count(summary.counts.total()),
                counted(summary.found, "file", "files"),
            );
            return status::INTERRUPTED;
        }
        Ending::Failed(why) => {
            eprintln!(
                "thawsum: the check could not go on: {why}; {} have no verdict",
                counted(summary.not_reached, "file", "files")
            );
            return status::WRONG;
        }
    }
    let parts: Vec<String> = VerdictKind::ALL
        .into_iter()
        .filter(|&kind| summary.counts.get(kind) > 0)
        .map(|kind| format!("{} {}", count(summary.counts.get(kind)), wording(kind)))
        .collect();
    let parts = match parts.is_empty() {
        true => "no file was listed".to_owned(),
        false => parts.join(", "),
    };
    eprintln!(
        "thawsum: {parts} ({} read in {})",
        bytes(summary.bytes),
        duration(summary.wall)
    );
    // A check that has seen no file right has shown nothing.
    if summary.counts.any_wrong() || summary.counts.get(VerdictKind::Ok) == 0 {
        status::WRONG
    } else {
        0
    }
}
