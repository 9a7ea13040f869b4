//! `thawsum lab-part`: the role of the child processes that experiments start. Of no use by hand.

use std::process::ExitCode;

use clap::Args;

use crate::lab::part::{self, Call};

#[derive(Debug, Args)]
pub(super) struct Options {
    experiment: String,
    part: String,
    /// As JSON
    arguments: String,
    /// The number of the process that started this one
    #[arg(long)]
    parent: u32,
}

pub(super) fn run(options: &Options) -> ExitCode {
    part::serve(&Call {
        experiment: &options.experiment,
        part: &options.part,
        arguments: &options.arguments,
        parent: options.parent,
    })
}
