//! The three ways to run a job, as the window names them.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Who does the work of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// The window's own thread, which freezes the window
    Ui,
    /// Background threads
    Threads,
    /// A pool of child processes
    #[default]
    Processes,
}

impl Way {
    /// Every way, in the order in which the window shows them.
    pub const ALL: [Self; 3] = [Self::Ui, Self::Threads, Self::Processes];

    /// The word on the button.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ui => "Window",
            Self::Threads => "Threads",
            Self::Processes => "Processes",
        }
    }

    /// The name on the command line and in exports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ui => "ui",
            Self::Threads => "threads",
            Self::Processes => "processes",
        }
    }

    /// What it means, in one sentence.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Ui => "On the window's own thread: the window freezes until the work is done.",
            Self::Threads => "Background threads of this program: the window keeps answering.",
            Self::Processes => {
                "A pool of child processes: the window keeps answering, and any worker can be killed."
            }
        }
    }
}
