//! What travels between a pool and its worker processes. Each frame is one of these, and behind
//! it, where there is one, a request, part or output as the task's own type wrote it: encoded
//! once, and not a second time as bytes within a message.

use serde::{Deserialize, Serialize};

use super::death::Death;
use super::task::Failure;

/// Raised with every change to a message.
pub(crate) const PROTOCOL: u32 = 3;

/// Identifies one build of the program, so that a worker of another build is refused.
pub(crate) const BUILD: &str = env!("CARGO_PKG_VERSION");

/// From the pool to a worker.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ToWorker {
    /// First, once. The set-up follows.
    SetUp {
        /// The name of the type of task that it is to do.
        kind: String,
        /// It stands behind the rest of the machine.
        background: bool,
        /// What it writes to standard error before and after each task, so that what a task
        /// prints is known to be that task's; `None`: nothing.
        mark: Option<u64>,
    },
    /// A task. Its request follows.
    Run { task: u64 },
    /// Stop this task, begun or not.
    Cancel { task: u64 },
    /// Give back up to so many tasks that were not begun, the last first: others are idle.
    GiveBack { most: usize },
    /// Wait at the next step, or go on.
    Pause(bool),
}

/// From a worker to the pool.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FromWorker {
    /// First, once.
    Hello { protocol: u32, build: String },
    /// Set up, and waiting for tasks.
    Ready,
    /// The initializer failed, or there is no such kind of task here.
    Unfit(Failure),
    /// This task has begun.
    Began { task: u64 },
    /// These will not be begun here. The answer to [`ToWorker::GiveBack`], empty where there is
    /// nothing to give.
    GaveBack { tasks: Vec<u64> },
    /// It is this far.
    Progress { task: u64, done: u64, of: u64 },
    /// It sends a part of its output ahead, which follows.
    Part { task: u64 },
    /// It is done and took so many nanoseconds. Its output follows.
    Done { task: u64, took: u64 },
    /// It ended without an output.
    Died { task: u64, death: Death, took: u64 },
}
