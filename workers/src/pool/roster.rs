//! Who is at work in a pool, as a value that anybody may look at. Written by the dispatcher before
//! it waits, so that it is never older than the pool's last decision; nobody waits for it longer
//! than a copy takes.

use std::sync::{Arc, Mutex, PoisonError};

/// One place of a pool, and who is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkerNow {
    /// Its process; `None` for a thread, and where nobody is.
    pub pid: Option<u32>,
    /// What it does.
    pub doing: Doing,
}

impl WorkerNow {
    pub(crate) const VACANT: Self = Self {
        pid: None,
        doing: Doing::Vacant,
    };
}

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doing {
    /// Nobody is there; the next who is needed will be.
    Vacant,
    /// It is being set up.
    Starting,
    /// It has nothing to do.
    Idle,
    /// It is at a task.
    Working {
        /// The number of the task, see [`Handle::number`](super::Handle::number).
        task: u64,
        /// Tasks that wait in its hands behind it.
        waiting: usize,
    },
    /// It was told to end.
    Ending,
    /// Workers failed to start there too often, or the pool is over.
    GivenUp,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Roster(Arc<Mutex<Vec<WorkerNow>>>);

impl Roster {
    pub(crate) fn set(&self, workers: impl Iterator<Item = WorkerNow>) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.clear();
        now.extend(workers);
    }

    pub(crate) fn get(&self) -> Vec<WorkerNow> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
