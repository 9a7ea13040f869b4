//! The child role first, then the command line, then the window.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    workers::child_entry(thawsum::TASKS);
    thawsum::cli::main()
}
