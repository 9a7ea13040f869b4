//! What can be wrong before a task is begun.

use std::io;

/// A pool that cannot be made as it was described.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// A pool needs at least one worker.
    #[error("a pool needs at least one worker")]
    NoWorkers,
    /// More than this help on no machine, and each process takes three pipes.
    #[error("{asked} workers are too many; the limit is {limit}")]
    TooManyWorkers {
        /// As many were asked for.
        asked: usize,
        /// As many can be had.
        limit: usize,
    },
    /// Zero where at least one is needed.
    #[error("{0} must be at least one")]
    Zero(&'static str),
    /// The set-up cannot be sent to a worker.
    #[error("the set-up cannot be sent: {0}")]
    SetUp(String),
    /// The system gives no thread to the dispatcher.
    #[error("the pool's own thread could not be started: {0}")]
    Thread(#[source] io::Error),
}

/// A task that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The pool was closed, or is gone.
    #[error("the pool is closed")]
    Closed,
    /// As many tasks wait as may.
    #[error("the pool's queue is full")]
    Full,
    /// There is nobody to do the work.
    #[error("no worker can be had: {0}")]
    NoWorker(String),
    /// The request cannot cross a pipe.
    #[error("the request cannot be sent: {0}")]
    Garbled(String),
}
