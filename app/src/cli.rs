//! The command line. One file a subcommand and one line each in `Command`.

mod check;
mod compare;
mod convert;
mod duplicates;
mod generate;
mod guess;
mod hash;
mod instructions;
mod lab;
mod lab_part;
mod named;
mod open;
mod output;
mod progress;
mod select;
mod sum;
mod verdicts;
mod work;
mod worker;

pub(crate) use verdicts::wording;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use workers::manifest::Format;
use workers::{Algorithm, JobSpec};

use self::named::Named;
use crate::console;

/// Exit statuses, as `../README.md` lists them.
pub(crate) mod status {
    pub(crate) const WRONG: u8 = 1;
    pub(crate) const USAGE: u8 = 2;
    pub(crate) const INTERRUPTED: u8 = 130;
}

/// Checksum files and folders of any size, in a window that never freezes.
#[derive(Debug, Parser)]
#[command(version, bin_name = "thawsum", args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    open: open::Options,
}

const AFTER_HELP: &str = "Without a subcommand the window opens, and starts at once on the paths given.\n\
    A folder that is called like a subcommand is written with a slash: ./hash";

#[derive(Debug, Subcommand)]
enum Command {
    /// Checksum files and folders, and print the list
    Hash(hash::Options),
    /// Verify the files that checksum files list
    Check(check::Options),
    /// Compare two folders, a folder and a checksum file, or two checksum files
    Compare(compare::Options),
    /// Find files with the same content
    Duplicates(duplicates::Options),
    /// Checksums as coreutils' cksum and sha256sum print and check them, for scripts
    #[command(disable_help_flag = true, override_help = sum::help())]
    Sum,
    /// Write a checksum file in another format
    Convert(convert::Options),
    /// Run an experiment about concurrency without a window, or list them
    Lab(lab::Options),
    /// Completions for shells and the manual pages, for packages
    #[command(hide = true)]
    Generate(generate::Options),
    /// The role of the child processes that experiments start
    #[command(hide = true)]
    LabPart(lab_part::Options),
    /// The role of a child process
    #[command(hide = true)]
    Worker,
}

/// Runs what the command line asks for.
#[must_use]
pub fn main() -> ExitCode {
    if let Some(status) = sum::called() {
        return status;
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            console::attach();
            // Help and version go to standard output with status 0, mistakes to standard error
            // with status 2; clap knows which is which. A closed pipe is nobody's loss.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(status::USAGE));
        }
    };
    let Some(command) = arguments.command else {
        return open::run(arguments.open);
    };
    console::attach();
    match command {
        Command::Hash(options) => hash::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Compare(options) => compare::run(&options),
        Command::Duplicates(options) => duplicates::run(&options),
        Command::Convert(options) => convert::run(&options),
        // Taken above, with all that follows it.
        Command::Sum => ExitCode::from(status::USAGE),
        Command::Lab(options) => lab::run(&options),
        Command::LabPart(options) => lab_part::run(&options),
        Command::Generate(options) => generate::run(&options),
        Command::Worker => worker::run(),
    }
}

fn algorithms() -> Named<Algorithm> {
    Named {
        parse: |name| {
            name.parse()
                .map_err(|error: workers::UnknownAlgorithm| error.to_string())
        },
        names: || Algorithm::ALL.iter().map(|a| a.name()).collect(),
    }
}

fn formats() -> Named<Format> {
    Named {
        parse: |name| {
            name.parse()
                .map_err(|error: workers::manifest::UnknownFormat| error.to_string())
        },
        names: || Format::ALL.iter().map(|format| format.name()).collect(),
    }
}

/// An experiment of the lab, as its place in the list.
fn experiments() -> Named<usize> {
    Named {
        parse: |name| {
            let place = crate::lab::ALL.iter().position(|one| one.name() == name);
            place
                .ok_or_else(|| format!("there is no experiment '{name}'; 'thawsum lab' lists them"))
        },
        names: || crate::lab::ALL.iter().map(|one| one.name()).collect(),
    }
}

fn parse_workers(number: &str) -> Result<usize, String> {
    match number.parse() {
        Ok(n @ 1..=JobSpec::MAX_WORKERS) => Ok(n),
        _ => Err(format!("a whole number from 1 to {}", JobSpec::MAX_WORKERS)),
    }
}

/// One worker a core that this program may use.
#[must_use]
pub fn default_workers() -> usize {
    std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(JobSpec::MAX_WORKERS)
}
