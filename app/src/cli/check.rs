//! `thawsum check`: are the files what their checksum files say? The friendlier sister of
//! `sha256sum --check`: every verdict, and what else is in the folder.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use workers::manifest::Format;
use workers::{Algorithm, CheckList, CheckSpec, Job, Priority, Unlisted, VerdictKind};

use super::select::Select;
use super::verdicts::{self, Failure, Rows, conclude};
use super::work::{self, Work};
use super::{algorithms, formats, guess, status};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Checksum files, in any format that is understood; - is standard input
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
    #[arg(long, value_name = "FORMAT", value_parser = formats(), hide_possible_values = true)]
    format: Option<Format>,

    /// Algorithm of lines that do not name theirs [default: by the length of the digest and the
    /// name of the list]
    #[arg(short, long, value_name = "NAME", value_parser = algorithms(), hide_possible_values = true)]
    algorithm: Option<Algorithm>,

    /// Print only what is not OK
    #[arg(short, long)]
    quiet: bool,

    /// Print one JSON object a line: each file, then the summary
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    select: Select,

    #[command(flatten)]
    work: Work,
}

pub(super) fn run(options: &Options) -> ExitCode {
    verdicts::exit(try_run(options))
}

fn try_run(options: &Options) -> Result<u8, Failure> {
    let run_on = options.work.run_on()?;
    let selection = options.select.selection()?;
    let spec = CheckSpec {
        lists: options.lists.iter().map(|list| named(list)).collect(),
        format: options.format,
        algorithm: options.algorithm,
        base: options.base.clone(),
        only: None,
        unlisted: match (options.new, options.duplicates) {
            (_, true) => Unlisted::Read,
            (true, false) => Unlisted::Reported,
            (false, false) => Unlisted::Ignored,
        },
        selection: selection.clone(),
        workers: options.work.workers(),
        priority: Priority::Normal,
        file_limit: options.work.file_limit(),
    };
    let (summary, results) = options.work.pool(|sink| Job::check(spec, run_on, sink))?;
    work::say_weak(&summary);
    let how = Rows {
        hidden: options.quiet.then_some(VerdictKind::Ok),
        json: options.json,
    };
    how.print(&summary, &selection, results)
        .map_err(Failure::Print)?;
    let code = match conclude(&summary, "no file was listed") {
        // A check that has seen no file right has shown nothing.
        0 if summary.counts.get(VerdictKind::Ok) == 0 => status::WRONG,
        code => code,
    };
    for guess in crate::outcome::doubtful(&summary) {
        guess::say(&guess.list, &guess.candidates);
    }
    if !options.json {
        options.work.sum_up(&summary, &selection);
    }
    Ok(code)
}

fn named(list: &Path) -> CheckList {
    match list.to_str() {
        Some("-") => CheckList::StandardInput,
        _ => CheckList::File(list.to_owned()),
    }
}
