//! What a job does with files: which are hashed, and what their digests mean. The foreman knows
//! how work gets done and asks a plan what the work is; a kind of job is one plan.

use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::event::Guess;
use crate::tasks::bundle::Item;
use crate::tasks::walk::Found;
use crate::verdict::{FileResult, Verdict};

/// What a find adds to the work that is known of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Share {
    /// Rows that the listener will get.
    pub(crate) rows: u64,
    /// Bytes that will be read, at most.
    pub(crate) bytes: u64,
}

/// What is to be done next, as a plan has it.
#[derive(Default)]
pub(crate) struct Todo {
    /// To be hashed. Each comes back to [`Plan::verdict`], once.
    pub(crate) hash: Vec<Item>,
    /// Has its verdict, and goes to the listener.
    pub(crate) settled: Vec<FileResult>,
    /// Work that was found only now, beside what the scan has counted.
    pub(crate) more: Share,
    /// Bytes that were counted as to be read and need not be.
    pub(crate) spared: u64,
}

/// One kind of job. Runs on the foreman's thread: none of these waits.
pub(crate) trait Plan: Send + 'static {
    /// What its scan comes upon.
    type Found: Send + 'static;

    /// What a find adds to the work; `None`: it is nothing, and is not passed on. Runs on the
    /// scan's thread.
    fn share(found: &Self::Found) -> Option<Share>;

    /// With which algorithms what it wants hashed is to be hashed.
    fn algorithms(&self) -> &Arc<[Algorithm]>;

    /// Its lists whose algorithm was guessed.
    fn guesses(&self) -> Arc<[Guess]> {
        Arc::default()
    }

    /// The scan has come upon something.
    fn take_in(&mut self, found: Self::Found, todo: &mut Todo);

    /// A file has been hashed, or cannot be.
    fn verdict(&mut self, item: Item, size: u64, verdict: Verdict, todo: &mut Todo);

    /// The scan is over and every file so far has its verdict. Called again after whatever this
    /// adds is done; the job is over when it adds nothing.
    fn go_on(&mut self, _todo: &mut Todo) {}
}

/// Lists the digests of what the walk finds.
pub(crate) struct List {
    algorithms: Arc<[Algorithm]>,
}

impl List {
    pub(crate) fn new(algorithms: &[Algorithm]) -> Self {
        Self {
            algorithms: algorithms.into(),
        }
    }
}

impl Plan for List {
    type Found = Found;

    fn share(found: &Found) -> Option<Share> {
        match found {
            Found::File { seen, .. } => Some(Share {
                rows: 1,
                bytes: seen.size,
            }),
            Found::Settled(_) => Some(Share { rows: 1, bytes: 0 }),
            Found::Folder | Found::LeftOut(_) => None,
        }
    }

    fn algorithms(&self) -> &Arc<[Algorithm]> {
        &self.algorithms
    }

    fn take_in(&mut self, found: Found, todo: &mut Todo) {
        match found {
            Found::File { path, seen } => todo.hash.push(Item::new(path, seen, 0)),
            Found::Folder | Found::LeftOut(_) => {}
            Found::Settled(result) => todo.settled.push(result),
        }
    }

    fn verdict(&mut self, item: Item, size: u64, verdict: Verdict, todo: &mut Todo) {
        todo.settled.push(FileResult {
            path: item.path,
            size,
            verdict,
        });
    }
}
