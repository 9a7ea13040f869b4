//! `thawsum [PATH...]`: the window.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use workers::Algorithm;

use super::{parse_algorithm, parse_workers};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Files and folders to start on at once
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Who does the work
    #[arg(long, value_enum)]
    run_on: Option<crate::way::Way>,

    /// Algorithm
    #[arg(short, long = "algorithm", value_name = "NAME", value_parser = parse_algorithm)]
    algorithm: Option<Algorithm>,

    /// Number of workers
    #[arg(short = 'j', long, value_name = "N", value_parser = parse_workers)]
    workers: Option<usize>,
}

pub(super) fn run(options: Options) -> ExitCode {
    crate::window::open(crate::window::Wishes {
        paths: options.paths,
        way: options.run_on,
        algorithm: options.algorithm,
        workers: options.workers,
    })
}
