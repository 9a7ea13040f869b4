//! Finding files with the same content: of one size, then of one beginning, then whole. Nothing is
//! ever deleted.

mod plan;

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::algorithm::Algorithm;
use crate::error::SpecError;
use crate::event::Sink;
use crate::job::common::Common;
use crate::job::inline::Start;
use crate::job::{Job, JobSpec, Links, Priority, RunOn};
use crate::name::path_bytes;
use crate::selection::Selection;
use crate::tasks::identity::identity;
use crate::tasks::walk::{self, Seen, Walk};
use crate::verdict::{FileResult, Verdict};

/// Where to look for duplicates and how.
#[derive(Clone, Debug)]
pub struct DuplicatesSpec {
    /// Files and folders; folders are walked.
    pub roots: Vec<PathBuf>,
    /// Which of the files below the roots count. Empty ones never do: all of them are the same.
    pub selection: Selection,
    /// With what contents are compared.
    pub algorithm: Algorithm,
    /// How many workers, from 1 to [`JobSpec::MAX_WORKERS`].
    pub workers: usize,
    /// How the workers stand against the rest of the machine.
    pub priority: Priority,
    /// See [`JobSpec::file_limit`].
    pub file_limit: Option<Duration>,
}

impl Job {
    /// Starts looking for duplicates. Files that share their size are read: first their beginnings,
    /// then, whole, those whose beginnings are the same. Of each group of files with the same content, the one whose
    /// path comes first has no row; each of the others is a [`Verdict::Duplicate`] of it, and its
    /// size is what it wastes. Several names of one file (hard links) waste nothing and count as
    /// one.
    ///
    /// # Errors
    /// A job that makes no sense, or a system that gives no thread.
    pub fn duplicates(spec: DuplicatesSpec, run_on: RunOn, sink: Sink) -> Result<Self, SpecError> {
        JobSpec::check_workers(spec.workers)?;
        if spec.roots.is_empty() {
            return Err(SpecError::NoPaths);
        }
        let common = Common::default();
        let roots = spec.roots.clone();
        let walk = Walk::new(spec.roots, Links::Skip, spec.selection)
            .counting(Arc::clone(&common.left_out));
        let plan = plan::Duplicates::new(spec.algorithm);
        let source = Candidates {
            stage: Stage::Walking {
                walk: Box::new(walk),
                by_size: BTreeMap::new(),
            },
        };
        let start = Start::new(
            plan,
            source,
            roots,
            common,
            spec.workers,
            spec.priority,
            spec.file_limit,
        );
        Self::launch(start, run_on, sink)
    }
}

/// What the scan comes upon.
enum Found {
    /// All files of one size, two at least.
    OneSize(Vec<(PathBuf, Seen)>),
    Settled(FileResult),
    /// Nothing to read: whoever drives the scan looks up.
    Other,
}

/// The walk, and then what of it has a size that is not its alone.
struct Candidates {
    stage: Stage,
}

enum Stage {
    Walking {
        walk: Box<Walk>,
        by_size: BTreeMap<u64, Vec<(PathBuf, Seen)>>,
    },
    Found(std::vec::IntoIter<Vec<(PathBuf, Seen)>>),
}

impl Iterator for Candidates {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        let (walk, by_size) = match &mut self.stage {
            Stage::Walking { walk, by_size } => (walk, by_size),
            Stage::Found(groups) => return groups.next().map(Found::OneSize),
        };
        match walk.next() {
            Some(walk::Found::File { path, seen }) => {
                if seen.size > 0 {
                    by_size.entry(seen.size).or_default().push((path, seen));
                }
            }
            Some(walk::Found::Folder | walk::Found::LeftOut(_)) => {}
            Some(walk::Found::Settled(result)) => {
                // A link or a pipe wastes nothing.
                if let Verdict::Unreadable(_) = result.verdict {
                    return Some(Found::Settled(result));
                }
            }
            None => {
                let mut groups = Vec::new();
                for (_, mut group) in std::mem::take(by_size) {
                    if group.len() > 1 {
                        group.sort_by(|(a, _), (b, _)| path_bytes(a).cmp(path_bytes(b)));
                        let mut ids = HashSet::new();
                        // A file whose number is not known is taken for one of its own.
                        group.retain(|(path, _)| identity(path).is_none_or(|id| ids.insert(id)));
                    }
                    if group.len() > 1 {
                        groups.push(group);
                    }
                }
                self.stage = Stage::Found(groups.into_iter());
            }
        }
        Some(Found::Other)
    }
}
