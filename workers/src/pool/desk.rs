//! What lies before one worker: a paper for each task it has been given, on which somebody may
//! write "stop", and the pool's pause.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::cancel::{Control, Stopped};

/// Shared by whoever works and whoever listens on the worker's behalf.
#[derive(Clone, Default)]
pub(crate) struct Desk {
    papers: Arc<Mutex<HashMap<u64, Paper>>>,
    paused: Arc<Mutex<bool>>,
}

/// One task's own copy of what it must heed.
#[derive(Clone, Default)]
pub(crate) struct Paper(Control);

impl Paper {
    pub(crate) fn checkpoint(&self) -> Result<(), Stopped> {
        self.0.checkpoint()
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.token().is_cancelled()
    }
}

impl Desk {
    /// A task has come.
    pub(crate) fn lay(&self, task: u64) {
        let paper = Paper::default();
        let paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        paper.0.set_paused(*paused);
        self.papers().insert(task, paper);
    }

    /// The paper of a task, for whoever begins it.
    pub(crate) fn paper(&self, task: u64) -> Paper {
        self.papers().get(&task).cloned().unwrap_or_default()
    }

    /// The task is over.
    pub(crate) fn clear(&self, task: u64) {
        self.papers().remove(&task);
    }

    /// One task is to stop, begun or not.
    pub(crate) fn stop(&self, task: u64) {
        if let Some(paper) = self.papers().get(&task) {
            paper.0.cancel();
        }
    }

    pub(crate) fn stop_all(&self) {
        for paper in self.papers().values() {
            paper.0.cancel();
        }
    }

    pub(crate) fn pause(&self, paused: bool) {
        let mut now = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        *now = paused;
        for paper in self.papers().values() {
            paper.0.set_paused(paused);
        }
    }

    fn papers(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Paper>> {
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
