//! The names of every way in which a task can end without an output.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::task::Failure;
use crate::process::status::Status;

/// Why there is no output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Death {
    /// The task itself gave an error.
    #[error("it failed: {0}")]
    Failed(Failure),
    /// The task panicked.
    #[error("it panicked: {0}")]
    Panicked(Panic),
    /// Its worker process ended under it.
    #[error("its worker {0}")]
    Crashed(Exit),
    /// As often as it was tried, its worker ended under it.
    #[error("{} workers died with it; the last one {}", .0.len(), Last(.0))]
    SetAside(Vec<Exit>),
    /// It took longer than it was allowed, counted from its start.
    #[error("it took longer than {}", Seconds(*.0))]
    TimedOut(Duration),
    /// Somebody cancelled it, or ended the pool.
    #[error("it was cancelled {0}")]
    Cancelled(When),
    /// Its request or its output could not cross the pipe.
    #[error("{0}")]
    Garbled(String),
    /// There is no worker to do it.
    #[error("no worker can be had: {0}")]
    NoWorker(String),
}

/// When a task was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum When {
    /// Before it began: nothing of it was done.
    Queued,
    /// After it began: some of it may have been done.
    Running,
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queued => "before it began",
            Self::Running => "while it ran",
        })
    }
}

/// A panic, as told from the worker's side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panic {
    /// What it said.
    pub message: String,
    /// File, line and column.
    pub place: String,
    /// The calls that led there. Names and lines as far as the build holds them.
    pub backtrace: String,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at {})", self.message, self.place)
    }
}

/// How a worker process ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The signal or code.
    pub status: Status,
    /// The last line that it printed, if it did.
    pub said: Option<String>,
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        match &self.said {
            Some(said) => write!(f, "; it said: {said}"),
            None => Ok(()),
        }
    }
}

struct Last<'a>(&'a [Exit]);

impl fmt::Display for Last<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.last() {
            Some(exit) => write!(f, "{exit}"),
            None => f.write_str("is unknown"),
        }
    }
}

struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0.as_secs_f64())
    }
}
