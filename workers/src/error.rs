//! What can be wrong with a job before it starts.

/// A job that cannot be started as it was described.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// No path was given.
    #[error("nothing to hash: no file or folder was given")]
    NoPaths,
    /// No algorithm was given.
    #[error("no algorithm was chosen")]
    NoAlgorithm,
    /// A pool needs at least one worker.
    #[error("a job needs at least one worker")]
    NoWorkers,
    /// More workers than [`crate::JobSpec::MAX_WORKERS`].
    #[error("{0} workers are too many; the limit is {max}", max = crate::JobSpec::MAX_WORKERS)]
    TooManyWorkers(usize),
    /// The system would not give a thread to the dispatcher.
    #[error("the job's own thread could not be started: {0}")]
    Thread(#[source] std::io::Error),
}
