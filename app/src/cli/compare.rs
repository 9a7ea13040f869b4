//! `thawsum compare`: two folders, a folder and a checksum file, or two checksum files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use workers::{Algorithm, CompareSpec, Job, Priority, Side, VerdictKind};

use super::algorithms;
use super::select::Select;
use super::verdicts::{self, Failure, Rows, conclude};
use super::work::{self, Work};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A folder or a checksum file
    #[arg(value_name = "LEFT")]
    left: PathBuf,

    /// A folder or a checksum file
    #[arg(value_name = "RIGHT")]
    right: PathBuf,

    /// With what two folders are compared; a list is compared with what it has
    #[arg(short, long, value_name = "NAME", value_parser = algorithms(), default_value = "sha256")]
    algorithm: Algorithm,

    /// Print only what is not the same
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

/// A folder, or else a list: whether it is one is seen when it is read.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line has no window to keep waiting"
)]
fn side(path: &Path) -> Result<Side, Failure> {
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Ok(Side::Folder(path.to_owned())),
        Ok(_) => Ok(Side::List(path.to_owned())),
        Err(source) => Err(Failure::Side {
            path: path.to_owned(),
            source,
        }),
    }
}

fn try_run(options: &Options) -> Result<u8, Failure> {
    let run_on = options.work.run_on()?;
    let selection = options.select.selection()?;
    let spec = CompareSpec {
        left: side(&options.left)?,
        right: side(&options.right)?,
        algorithm: options.algorithm,
        selection: selection.clone(),
        workers: options.work.workers(),
        priority: Priority::Normal,
        file_limit: options.work.file_limit(),
    };
    let (summary, results) = options.work.pool(|sink| Job::compare(spec, run_on, sink))?;
    work::say_weak(&summary);
    let how = Rows {
        hidden: options.quiet.then_some(VerdictKind::Same),
        json: options.json,
    };
    how.print(&summary, &selection, results)
        .map_err(Failure::Print)?;
    let code = conclude(&summary, "both sides are empty");
    if !options.json {
        options.work.sum_up(&summary, &selection);
    }
    Ok(code)
}
