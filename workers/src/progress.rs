//! What is going on right now, as numbers that anybody may read at any moment. Workers write
//! often, a window reads seldom; nobody queues and the latest value wins.

mod lists;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::medium::Medium;
use crate::tasks::hash::Position;
pub use lists::ListsReadNow;
use lists::ListsReading;

/// No forecast has been made.
const UNKNOWN: u64 = u64::MAX;

/// Counters of a whole job. They only grow, but for the bytes that there are to read: of those it may
/// turn out that they need not be.
#[derive(Debug)]
pub struct Totals {
    found_files: AtomicU64,
    found_bytes: AtomicU64,
    scan_done: AtomicBool,
    done_files: AtomicU64,
    done_bytes: AtomicU64,
    pub(crate) lists: ListsReading,
    /// Milliseconds, or [`UNKNOWN`].
    left: AtomicU64,
    /// Its place in [`Medium::ALL`].
    care: AtomicUsize,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            found_files: AtomicU64::default(),
            found_bytes: AtomicU64::default(),
            scan_done: AtomicBool::default(),
            done_files: AtomicU64::default(),
            done_bytes: AtomicU64::default(),
            lists: ListsReading::default(),
            left: AtomicU64::new(UNKNOWN),
            care: AtomicUsize::default(),
        }
    }
}

/// The counters at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TotalsNow {
    /// Paths that the walk has found so far, of every kind but folders.
    pub found_files: u64,
    /// Bytes to read: their sizes added up, but for what need not be read.
    pub found_bytes: u64,
    /// Whether the walk has seen everything.
    pub scan_done: bool,
    /// Paths that have their verdict.
    pub done_files: u64,
    /// What was to read of those, as the walk saw them, bytes.
    pub done_bytes: u64,
    /// How far the checksum files are, while they are being read. What they name is found after
    /// that.
    pub lists: Option<ListsReadNow>,
    /// How long the rest will take, as it looks now: known in the background alone, when the walk has
    /// seen everything and half a second has passed. While a job pauses it stays as it was.
    pub left: Option<Duration>,
    /// Fewer workers read than there are, because the files are on this.
    pub care: Medium,
}

impl Totals {
    /// The walk has found `files` more paths of `bytes` altogether.
    pub fn found(&self, files: u64, bytes: u64) {
        self.found_files.fetch_add(files, Ordering::Relaxed);
        self.found_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many of the bytes that were found need not be read.
    pub(crate) fn spared(&self, bytes: u64) {
        self.found_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The walk has seen everything.
    pub fn scan_finished(&self) {
        self.scan_done.store(true, Ordering::Release);
    }

    /// `files` more paths have their verdict.
    pub fn done(&self, files: u64, bytes: u64) {
        self.done_files.fetch_add(files, Ordering::Relaxed);
        self.done_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The rest will take so long; `None`: nobody can tell.
    pub(crate) fn foretell(&self, left: Option<Duration>) {
        let left = left.map_or(UNKNOWN, |left| {
            u64::try_from(left.as_millis()).unwrap_or(UNKNOWN)
        });
        self.left.store(left, Ordering::Relaxed);
    }

    /// Fewer read than could, on this; on [`Medium::Any`], all do.
    pub(crate) fn take_care(&self, on: Medium) {
        self.care.store(on as usize, Ordering::Relaxed);
    }

    /// Reads all of them.
    #[must_use]
    pub fn now(&self) -> TotalsNow {
        // The end of the scan first: if it is seen, everything found before it is seen too.
        let scan_done = self.scan_done.load(Ordering::Acquire);
        let done_files = self.done_files.load(Ordering::Relaxed);
        let done_bytes = self.done_bytes.load(Ordering::Relaxed);
        let left = self.left.load(Ordering::Relaxed);
        TotalsNow {
            left: (left != UNKNOWN).then(|| Duration::from_millis(left)),
            found_files: self.found_files.load(Ordering::Relaxed).max(done_files),
            found_bytes: self.found_bytes.load(Ordering::Relaxed).max(done_bytes),
            scan_done,
            done_files,
            done_bytes,
            lists: self.lists.now(),
            care: Medium::ALL[self.care.load(Ordering::Relaxed)],
        }
    }
}

/// What a worker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerState {
    /// Its thread or process is on the way.
    Starting,
    /// It waits for work.
    Idle,
    /// It reads and hashes.
    Hashing,
    /// It waits for *resume*.
    Paused,
    /// It died and another one is about to take its place.
    Restarting,
    /// It has ended, for good.
    Gone,
}

/// One worker at one moment.
#[derive(Clone, Debug)]
pub struct LaneState {
    /// What it is doing.
    pub state: WorkerState,
    /// Its process id; `None` where the worker is a thread of this process.
    pub pid: Option<u32>,
    /// The file it has in hand, or had last.
    pub file: Option<PathBuf>,
    /// How many more files it has in hand with that one; the next two count for all of them.
    pub more: u32,
    /// Bytes of that file it has hashed.
    pub file_done: u64,
    /// Size of that file, bytes.
    pub file_size: u64,
    /// Bytes of all files it has hashed.
    pub bytes: u64,
    /// Files it has finished.
    pub files: u64,
    /// How often its place was filled anew.
    pub restarts: u32,
    /// What happened to it last, in words, if it is worth a word, and when.
    pub note: Option<(String, Instant)>,
    /// When a byte or a file was last reported.
    pub last_progress: Instant,
}

/// The place of one worker: written by it or on its behalf, read by whoever shows it.
#[derive(Debug)]
pub struct Lane(Mutex<LaneState>);

impl Default for Lane {
    fn default() -> Self {
        Self(Mutex::new(LaneState {
            state: WorkerState::Starting,
            pid: None,
            file: None,
            more: 0,
            file_done: 0,
            file_size: 0,
            bytes: 0,
            files: 0,
            restarts: 0,
            note: None,
            last_progress: Instant::now(),
        }))
    }
}

impl Lane {
    /// Changes the lane. Callers copy values in and never work in here: readers may be drawing.
    pub fn update(&self, change: impl FnOnce(&mut LaneState)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The worker is at this place of this file.
    pub(crate) fn show(&self, path: &Path, position: Position) {
        self.update(|lane| {
            if lane.state != WorkerState::Paused {
                lane.state = WorkerState::Hashing;
            }
            lane.more = position.more;
            lane.file_done = position.done;
            lane.file_size = position.size;
            lane.last_progress = Instant::now();
            if lane.file.as_deref() != Some(path) {
                lane.file = Some(path.to_owned());
            }
        });
    }

    /// The lane as it is, waiting for a writer if need be.
    #[must_use]
    pub fn now(&self) -> LaneState {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The lane as it is, or `None` when somebody is writing at this very moment. For threads
    /// that never wait: they show what they saw last.
    #[must_use]
    pub fn try_now(&self) -> Option<LaneState> {
        self.0.try_lock().ok().map(|state| state.clone())
    }
}
