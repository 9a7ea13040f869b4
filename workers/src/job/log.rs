//! The log of a job's workers: what each process printed and what became of it.

use std::fmt;
use std::time::Instant;

use crate::pool::{Log, LogTail};

/// What the workers of a job printed and what became of each, by place. Stays readable when the
/// job is over. The latest 8 MiB of all workers together are kept.
///
/// A thread has no output of its own: of workers that are threads there is only what became of
/// them.
#[derive(Clone)]
pub struct JobLog(pub(super) Log);

impl JobLog {
    pub(super) fn since(begun: Instant) -> Self {
        Self(Log::since(begun))
    }

    /// A number that grows with everything that is added: nothing is new to those who have read
    /// the log at this number. Never waits.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.0.changes()
    }

    /// The end of the log of one worker's place, at most so many bytes of text; `None` if the log
    /// is being written to at this moment. For threads that never wait. Its own copying is all
    /// that it takes: 64 KiB are done in less than a millisecond.
    #[must_use]
    pub fn try_tail(&self, worker: usize, bytes: usize) -> Option<LogTail> {
        self.0.try_tail(worker, bytes)
    }

    /// Everything that is kept of one worker's place. Waits for whoever writes to the log.
    #[must_use]
    pub fn read(&self, worker: usize) -> LogTail {
        self.0.tail(worker, usize::MAX)
    }
}

impl fmt::Debug for JobLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobLog")
            .field("changes", &self.changes())
            .finish_non_exhaustive()
    }
}
