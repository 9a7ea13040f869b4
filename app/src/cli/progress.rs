//! Whether progress is shown, the same option wherever there is any.

use std::io::{IsTerminal as _, stderr};

use clap::{Args, ValueEnum};

use super::output::ProgressLine;

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Progress {
    /// Show progress on standard error
    #[arg(long, value_enum, default_value_t = When::Auto)]
    progress: When,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    /// Where standard error is a terminal
    Auto,
    Always,
    Never,
}

impl Progress {
    /// The line to show it on, if it is to be shown.
    pub(super) fn line(self) -> Option<ProgressLine> {
        let show = match self.progress {
            When::Always => true,
            When::Never => false,
            When::Auto => stderr().is_terminal(),
        };
        show.then(ProgressLine::new)
    }
}
