//! Three ways to run a job: [`inline`] on the caller's thread, or the [`dispatcher`] with a crew
//! of [`threads`] or [`processes`]. The dispatcher does not know which crew it has.

pub(crate) mod backlog;
pub(crate) mod dispatcher;
pub(crate) mod inline;
mod processes;
mod scan;
mod slot;
mod threads;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::Sender;

use crate::progress::Lane;
use crate::tasks::walk::Seen;
use crate::verdict::Verdict;

/// A file that waits for its verdict.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) path: PathBuf,
    /// As the walk saw it.
    pub(crate) seen: Seen,
    /// Workers that died with it in hand.
    pub(crate) deaths: u8,
}

/// Files for one worker, hashed in order.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) id: u64,
    /// To be hashed all at once, not one after the other.
    pub(crate) together: bool,
    /// The worker says when it begins: somebody died with these files before, and whoever dies
    /// next is to be blamed on them only if they had been begun.
    pub(crate) announce: bool,
    pub(crate) items: Arc<[Item]>,
}

/// What a worker, or whoever minds it, tells the dispatcher.
pub(crate) struct Report {
    pub(crate) slot: usize,
    /// Which worker in that slot: reports of a dead one's predecessor are out of date.
    pub(crate) generation: u32,
    pub(crate) what: What,
}

pub(crate) enum What {
    /// It takes work.
    Ready,
    /// It has begun a batch that was to be announced.
    Begun(u64),
    /// The next results of a batch, in order: bytes read and verdict.
    Results {
        batch: u64,
        results: Vec<(u64, Verdict)>,
    },
    /// It has ended, for the reason given; nothing more will come from it.
    Ended(End),
}

pub(crate) enum End {
    /// It was told to, or has no more to do.
    Quiet,
    /// It died.
    Died(String),
    /// It never began: the handshake failed.
    Unfit(String),
}

/// How the dispatcher sees a worker. No call waits.
pub(crate) trait Worker {
    fn pid(&self) -> Option<u32>;
    fn assign(&mut self, batch: Batch);
    fn signal(&mut self, signal: Signal);
    /// Ends it by force, where that can be done.
    fn kill(&mut self);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Pause,
    Resume,
    Cancel,
    /// No more work will come: end when done.
    Finish,
}

/// Makes workers.
pub(crate) trait Crew {
    fn spawn(
        &mut self,
        slot: usize,
        generation: u32,
        lane: Arc<Lane>,
        reports: Sender<Report>,
    ) -> io::Result<Box<dyn Worker>>;
}
