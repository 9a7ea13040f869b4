//! What a job tells whoever started it, and the channel it tells it through.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use lanes::Choice;

use crate::algorithm::Algorithm;
use crate::job::{Damage, FilesInHand, Forecast};
use crate::medium::Medium;
use crate::verdict::{Counts, FileResult};

/// Something that happened. Progress is not here: it is read from [`crate::Totals`] and
/// [`crate::Lane`], so that a million updates a second cost the reader nothing.
#[derive(Debug)]
pub enum Event {
    /// More files have their verdict.
    Results(Vec<FileResult>),
    /// Something happened to a worker.
    Worker {
        /// Its place, counted from 0.
        worker: usize,
        /// When, since the job's start, pauses included.
        at: Duration,
        /// What happened.
        what: WorkerEvent,
    },
    /// The job is over, in whichever way. Sent exactly once, last.
    Finished(Box<Summary>),
}

/// What can happen to a worker that people should hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkerEvent {
    /// It is at work, after another one died in its place.
    Replaced {
        /// Process id of the new worker.
        pid: Option<u32>,
    },
    /// It is dead.
    Died {
        /// Its process id.
        pid: Option<u32>,
        /// The signal or exit code, in words.
        how: String,
        /// Who wanted it.
        cause: Cause,
        /// The files it had in its hands, and what became of them.
        files: FilesInHand,
    },
    /// It lives, but what it was at came to no end: the code that hashes has panicked.
    Panicked {
        /// Its process id.
        pid: Option<u32>,
        /// What was said and where.
        how: String,
        /// The files it had in its hands, and what became of them.
        files: FilesInHand,
    },
    /// It is being ended because the file it was at is given up; that it died follows.
    GaveUp {
        /// The file, or the first of those that are now tried alone.
        file: PathBuf,
        /// How many files are now tried alone; 0 where it was certain which one it was at.
        alone: usize,
        /// It took too long; otherwise somebody asked.
        late: bool,
    },
    /// No worker could be started in this place; it is tried again.
    StartFailed {
        /// Process id of the one that was tried, if it came that far.
        pid: Option<u32>,
        /// The system's reason.
        reason: String,
        /// It is tried no more.
        given_up: bool,
    },
}

/// Who wanted a worker's death.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// Nobody here: a fault of its own, or somebody outside.
    Unasked,
    /// Somebody, by [`crate::Job::kill_worker`].
    Kill,
    /// The fault drill.
    Drill,
    /// Somebody, by [`crate::Job::skip_file`].
    Skip,
    /// The limit for a file.
    FileLimit,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Every file that was found has its verdict.
    Completed,
    /// Somebody stopped it.
    Cancelled,
    /// It could not go on.
    Failed(String),
}

/// A whole job, when it is over. `found == counts.total() + not_reached`, always.
#[derive(Debug, Clone)]
pub struct Summary {
    /// How it ended.
    pub ending: Ending,
    /// Files the walk found.
    pub found: u64,
    /// What files were hashed with: the digests of each result stand in this order.
    pub algorithms: Arc<[Algorithm]>,
    /// With which instructions those of them were calculated that can be for many files at once. Empty for
    /// work on the caller's own thread, which goes file by file.
    pub instructions: Vec<(Algorithm, Choice)>,
    /// Files by verdict.
    pub counts: Counts,
    /// Files that were found but not settled, because the job ended first.
    pub not_reached: u64,
    /// Bytes that were hashed, of files that could be read as far as they were to be.
    pub bytes: u64,
    /// From start to end, pauses included.
    pub wall: Duration,
    /// Processor time of this process and of the job's children meanwhile; `None` where the
    /// system does not tell.
    pub cpu: Option<Duration>,
    /// Each worker's share.
    pub workers: Vec<WorkerFigures>,
    /// What a fault drill did to them.
    pub damage: Damage,
    /// Files and folders that were left out by choice, see [`crate::Selection`]. What is in such a
    /// folder was not looked at.
    pub left_out: u64,
    /// What the files are kept on, as far as the system says.
    pub medium: Medium,
    /// What was foretold after a tenth of the job, beside what came of it; `None` where the job was
    /// over before anybody could know, or was not worked on in the background.
    pub forecast: Option<Forecast>,
    /// Lists whose algorithm was guessed.
    pub guesses: Arc<[Guess]>,
}

/// A list whose lines do not name their algorithm, and nothing but the length of its digests tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// The list, as results call it.
    pub list: PathBuf,
    /// What its lines were taken to be of, and then what else they may be of; two at least.
    pub candidates: Vec<Algorithm>,
}

/// One worker's share of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkerFigures {
    /// Files it settled.
    pub files: u64,
    /// Bytes it hashed.
    pub bytes: u64,
    /// How often its place was filled anew.
    pub restarts: u32,
}

/// Where a job's events go. Bounded: a slow listener slows the workers down and no queue grows.
#[derive(Clone)]
pub struct Sink {
    pub(crate) events: Sender<Event>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

/// Events that may wait to be listened to. Each may carry thousands of results.
const CAPACITY: usize = 64;

impl Sink {
    /// A sink and the end to listen at. `wake` is called, from any thread and after the fact,
    /// when something happened that is not a result. Results are for those who come by: a
    /// listener that was woken for each bundle would do nothing else.
    #[must_use]
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> (Self, Receiver<Event>) {
        let (events, listener) = bounded(CAPACITY);
        let sink = Self {
            events,
            wake: Arc::new(wake),
        };
        (sink, listener)
    }

    /// To be called after a send.
    pub(crate) fn sent(&self, urgent: bool) {
        if urgent {
            (self.wake)();
        }
    }
}
