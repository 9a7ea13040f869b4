//! Comparing two sides, each a folder or a checksum file: what is the same, what differs, what is
//! on one side alone, what has moved. Of two lists, no file is read.

mod moves;
mod names;
mod plan;
mod rooted;
mod sides;

use std::path::PathBuf;
use std::time::Duration;

use crate::algorithm::Algorithm;
use crate::error::SpecError;
use crate::event::Sink;
use crate::job::common::Common;
use crate::job::inline::Start;
use crate::job::{Job, JobSpec, Priority, RunOn};
use crate::selection::Selection;

/// What to compare and how.
#[derive(Clone, Debug)]
pub struct CompareSpec {
    /// One side.
    pub left: Side,
    /// The other.
    pub right: Side,
    /// With what two folders are compared. A folder and a list are compared with what the list
    /// has.
    pub algorithm: Algorithm,
    /// Which of the files below folders count, and of those that lists name.
    pub selection: Selection,
    /// How many workers, from 1 to [`JobSpec::MAX_WORKERS`].
    pub workers: usize,
    /// How the workers stand against the rest of the machine.
    pub priority: Priority,
    /// See [`JobSpec::file_limit`].
    pub file_limit: Option<Duration>,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// The files below a folder, by their paths from it on.
    Folder(PathBuf),
    /// The files that a checksum file names, by their names in it. Where all of them start above the
    /// folder that is the other side (`Pictures/a`, or a whole path, for the `a` in `Pictures`), they
    /// count from that on; so they do where the other side is a list of the same folder that was made
    /// from another place. The file itself, where it lies in the folder that is the other side, is
    /// no part of either, unless it names itself.
    List(PathBuf),
}

impl Job {
    /// Starts comparing. Paths in the results are those within both sides, but for what could not
    /// be looked at; of two files, the path of the left one. Files of different sizes differ and are not read; those on one side alone are
    /// read only where one on the other side may be the same under another name.
    ///
    /// # Errors
    /// A job that makes no sense, or a system that gives no thread.
    pub fn compare(spec: CompareSpec, run_on: RunOn, sink: Sink) -> Result<Self, SpecError> {
        JobSpec::check_workers(spec.workers)?;
        let common = Common::default();
        let (workers, priority, file_limit) = (spec.workers, spec.priority, spec.file_limit);
        let roots = [&spec.left, &spec.right].map(|side| match side {
            Side::Folder(path) | Side::List(path) => path.clone(),
        });
        let start = Start::new(
            plan::Compare::new([&spec.left, &spec.right].map(|side| matches!(side, Side::List(_)))),
            sides::Sides::new(spec, common.clone()),
            roots.into(),
            common,
            workers,
            priority,
            file_limit,
        );
        Self::launch(start, run_on, sink)
    }
}
