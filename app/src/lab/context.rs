//! What an experiment is given.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use workers::SpecError;
use workers::pool::{Death, PoolError, SubmitError};
use workers::process::Status;
use workers::shared::SharedError;

use super::Experiment;
use super::answers::NoDisplay;
use super::children::Children;
use super::controls::{Chosen, Control};
use super::stop::{StopSignal, Stopped};
use super::trace::Trace;

/// Why an experiment measured nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("it was stopped")]
    Stopped,
    #[error("a thread could not be started: {0}")]
    Thread(#[source] io::Error),
    #[error("there is no shared memory to be had: {0}")]
    Shared(#[from] SharedError),
    #[error("what processes share failed: {0}")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the child process for '{part}' could not be started: {source}")]
    Start {
        part: &'static str,
        #[source]
        source: io::Error,
    },
    #[error("the child process for '{part}' could not be reached: {source}")]
    Pipe {
        part: &'static str,
        #[source]
        source: io::Error,
    },
    /// It ended before it had said what it was to find out.
    #[error("the child process for '{part}' {status} too early{}", said(.complaint))]
    Died {
        part: &'static str,
        status: Status,
        complaint: String,
    },
    /// It said itself why it could not do what it was to do.
    #[error("the child process for '{part}' gave up: {reason}")]
    GaveUp { part: &'static str, reason: String },
    #[error("the child process for '{part}' did not answer within {} s", .limit.as_secs())]
    Silent { part: &'static str, limit: Duration },
    #[error(transparent)]
    Pool(#[from] PoolError),
    #[error("a task was not taken: {0}")]
    Submit(#[from] SubmitError),
    #[error("a task came to no end: {0}")]
    Task(#[from] Death),
    #[error("{}: {source}", workers::shown(.path))]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the job cannot be started: {0}")]
    Spec(#[from] SpecError),
    #[error(transparent)]
    Display(#[from] NoDisplay),
    /// For the reason that it gave.
    #[error("the job could not go on: {0}")]
    Job(String),
    #[error("the child process for '{part}' answered something else than it was asked: {answer}")]
    Nonsense { part: &'static str, answer: String },
}

fn said(complaint: &str) -> String {
    match complaint.trim().lines().last() {
        Some(line) => format!(" and said: {line}"),
        None => String::new(),
    }
}

impl From<Stopped> for Failure {
    fn from(Stopped: Stopped) -> Self {
        Self::Stopped
    }
}

/// What an experiment is given: what was chosen, where to record, when to stop, children.
///
/// It can be shared with the threads of the experiment. When it is gone, so are its children.
pub(crate) struct Lab {
    chosen: Chosen,
    trace: Trace,
    stop: StopSignal,
    children: Children,
}

impl Lab {
    pub(super) fn new(
        experiment: &'static dyn Experiment,
        chosen: Chosen,
        trace: Trace,
        stop: StopSignal,
    ) -> Result<Self, Failure> {
        let children = Children::new(experiment.name(), trace.clone(), stop.clone())
            .map_err(Failure::Thread)?;
        Ok(Self {
            chosen,
            trace,
            stop,
            children,
        })
    }

    /// What a control is set to: the number, or which choice it is.
    pub(crate) fn get(&self, control: &Control) -> u64 {
        self.chosen.get(control)
    }

    /// The folder that a control is set to, if one was chosen.
    pub(crate) fn folder(&self, control: &Control) -> Option<&Path> {
        self.chosen.folder(control)
    }

    /// Where to record what happens.
    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    pub(crate) fn stop(&self) -> &StopSignal {
        &self.stop
    }

    /// To be called between two steps.
    pub(crate) fn checkpoint(&self) -> Result<(), Stopped> {
        if self.stop.is_stopped() {
            Err(Stopped)
        } else {
            Ok(())
        }
    }

    /// Waits so long, or until the stop.
    pub(crate) fn sleep(&self, time: Duration) -> Result<(), Stopped> {
        self.stop.sleep(time)
    }

    /// The experiment's child processes.
    pub(crate) fn children(&self) -> &Children {
        &self.children
    }
}
