//! `thawsum duplicates`: files with the same content, and what they waste.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use workers::{
    Algorithm, DuplicatesSpec, FileResult, Job, Priority, SortedResults, Summary, Verdict,
    VerdictKind, path_bytes, shown,
};

use super::algorithms;
use super::select::Select;
use super::verdicts::{self, Failure, Rows, conclude};
use super::work::{self, Work};
use crate::format::{bytes, counted};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Files and folders; folders are walked
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// With what contents are compared
    #[arg(short, long, value_name = "NAME", value_parser = algorithms(), default_value = "sha256")]
    algorithm: Algorithm,

    /// Print one JSON object a line: each file that could go, then the summary
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
    let spec = DuplicatesSpec {
        roots: options.paths.clone(),
        algorithm: options.algorithm,
        selection: selection.clone(),
        workers: options.work.workers(),
        priority: Priority::Normal,
        file_limit: options.work.file_limit(),
    };
    let start = |sink| Job::duplicates(spec, run_on, sink);
    if options.json {
        let (summary, sorted): (_, SortedResults) = options.work.pool(start)?;
        work::say_weak(&summary);
        let how = Rows {
            hidden: None,
            json: true,
        };
        how.print(&summary, &selection, sorted)
            .map_err(Failure::Print)?;
        return Ok(conclude(&summary, "no duplicates"));
    }
    let (summary, results): (_, Vec<FileResult>) = options.work.pool(start)?;
    work::say_weak(&summary);
    let wasted = print(&results).map_err(Failure::Print)?;
    let code = conclude(&summary, "no duplicates");
    say_wasted(&summary, wasted);
    options.work.sum_up(&summary, &selection);
    Ok(code)
}

/// Prints the groups, those that waste most first; gives the bytes wasted by all.
fn print(results: &[FileResult]) -> io::Result<u64> {
    let mut groups: BTreeMap<&Path, Vec<&FileResult>> = BTreeMap::new();
    for result in results {
        match &result.verdict {
            Verdict::Duplicate(of) => groups.entry(of).or_default().push(result),
            other => {
                let why = other.reason().unwrap_or_default();
                eprintln!("thawsum: {}: {why}", shown(&result.path));
            }
        }
    }
    let waste = |group: &[&FileResult]| group.iter().map(|one| one.size).sum::<u64>();
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(waste(group)));
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    for (first, group) in &mut groups {
        let (size, files) = (group[0].size, group.len() as u64 + 1);
        writeln!(
            out,
            "{} of {} each; {} could be saved",
            counted(files, "file", "files"),
            bytes(size),
            bytes(waste(group))
        )?;
        group.sort_by(|a, b| path_bytes(&a.path).cmp(path_bytes(&b.path)));
        for path in std::iter::once(&**first).chain(group.iter().map(|one| one.path.as_path())) {
            writeln!(out, "    {}", shown(path))?;
        }
    }
    out.flush()?;
    Ok(groups.iter().map(|(_, group)| waste(group)).sum())
}

fn say_wasted(summary: &Summary, wasted: u64) {
    if summary.counts.get(VerdictKind::Duplicate) > 0 {
        eprintln!(
            "thawsum: {} could be saved by keeping one file of each group; nothing was deleted",
            bytes(wasted)
        );
    }
}
