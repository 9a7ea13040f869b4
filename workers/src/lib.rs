//! Hashing jobs that can run on the caller's thread, on background threads, or in a pool of
//! child processes of the same executable, behind one face: [`Job::start`].
//!
//! The caller gives a [`JobSpec`] and a [`Sink`]; [`Event`]s come back over a bounded channel,
//! progress is read from shared counters whenever the caller likes. Nothing here draws, and
//! nothing here knows who listens.
//!
//! A program that uses [`RunOn::Processes`] calls [`child_entry`] first thing in `main`: it
//! returns at once in the parent, and never in a worker.

#![deny(unsafe_code)]

mod algorithm;
mod cancel;
mod check;
mod compare;
mod duplicates;
mod error;
mod event;
mod expected;
#[cfg(fuzzing)]
pub mod fuzzing;
pub mod instructions;
mod job;
mod listed;
pub mod manifest;
mod medium;
mod name;
pub mod pool;
pub mod process;
mod progress;
mod selection;
pub mod shared;
mod size;
mod sorted;
mod tasks;
mod verdict;
mod wire;

pub use algorithm::{Algorithm, Digest, Hasher, Strength, UnknownAlgorithm};
pub use cancel::{CancelToken, Control, Stopped};
pub use check::{CheckList, CheckSpec, Unlisted, are_all_listed};
pub use compare::{CompareSpec, Side};
pub use duplicates::DuplicatesSpec;
pub use error::SpecError;
pub use event::{Cause, Ending, Event, Guess, Sink, Summary, WorkerEvent, WorkerFigures};
pub use expected::{ExpectedDigest, NoDigest};
pub use job::inline::{InlineJob, Pace};
pub use job::{Damage, Fate, FilesInHand, Forecast, Job, JobLog, JobSpec, Links, Priority, RunOn};
pub use medium::Medium;
pub use name::{path_bytes, path_from_bytes, shown};
pub use pool::{LineSource, LogLine, LogTail};
pub use process::child::{CHILD_ARGUMENT, child_entry};
pub use progress::{Lane, LaneState, ListsReadNow, Totals, TotalsNow, WorkerState};
pub use selection::{BadPattern, Selection};
pub use size::{BadSize, Size};
pub use sorted::{CannotKeep, SortedResults};
pub use verdict::{Counts, FileResult, Mismatch, Note, SkipReason, Verdict, VerdictKind};
