//! `thawsum generate`: completions for shells and the manual pages, made from the definition that
//! the command line is parsed by. Packages call it when they are made.
//!
//! Not `build.rs`: that would have to compile the definition a second time, apart from the program,
//! would run for everybody who only builds, and would leave its files where no package finds
//! them. The program itself always has the definition of its own version.

mod definition;
mod man;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueHint};
use clap_complete::Shell;

use super::status;
use crate::save;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the completions for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write the manual pages, one for the program and one for each subcommand
    Man {
        /// Folder to write them to
        #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the completions could not be printed: {0}")]
    Print(#[source] io::Error),
    #[error(transparent)]
    Save(#[from] save::SaveError),
}

pub(super) fn run(options: &Options) -> ExitCode {
    let done = match &options.what {
        What::Completions { shell } => completions(*shell).map_err(Failure::Print),
        What::Man { folder } => man::pages(&definition::visible())
            .iter()
            .try_for_each(|page| {
                save::whole(&folder.join(&page.file), save::Existing::Replace, |out| {
                    out.write_all(&page.text)
                })
            })
            .map_err(Failure::Save),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("thawsum: {error}");
            ExitCode::from(status::WRONG)
        }
    }
}

fn completions(shell: Shell) -> io::Result<()> {
    let mut definition = definition::visible();
    if shell == Shell::Zsh {
        definition = definition::without_operands(&definition);
    }
    // Made in memory first: the generators end the program where they cannot write.
    let mut made = Vec::new();
    clap_complete::generate(shell, &mut definition, definition::NAME, &mut made);
    let mut out = io::stdout().lock();
    if shell == Shell::Zsh {
        made = zsh_with_files(&String::from_utf8_lossy(&made)).into_bytes();
    }
    out.write_all(&made)?;
    out.flush()
}

/// Offers paths beside subcommands. In zsh's completion a command that takes both is one that
/// completes nothing after a subcommand, so the generator is not told that it takes paths.
fn zsh_with_files(made: &str) -> String {
    let subcommands = format!(
        "'{NAME} commands' commands \"$@\"\n",
        NAME = definition::NAME
    );
    made.replacen(&subcommands, &format!("{subcommands}    _files\n"), 1)
}
