//! Finding files with the same content. Sizes first, then content; nothing is ever deleted.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::algorithm::Algorithm;
use crate::error::SpecError;
use crate::event::Sink;
use crate::job::inline::Start;
use crate::job::plan::{Plan, Share, Todo};
use crate::job::{Job, JobSpec, Links, Priority, RunOn};
use crate::name::path_bytes;
use crate::selection::Selection;
use crate::tasks::bundle::Item;
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
    /// Starts looking for duplicates. Of each group of files with the same content, the one whose
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
        let left_out = Arc::default();
        let walk =
            Walk::new(spec.roots, Links::Skip, spec.selection).counting(Arc::clone(&left_out));
        let plan = Duplicates {
            algorithms: Arc::new([spec.algorithm]),
            groups: HashMap::new(),
        };
        let source = Candidates {
            stage: Stage::Walking {
                walk: Box::new(walk),
                by_size: BTreeMap::new(),
            },
        };
        let start = Start::new(
            plan,
            source,
            left_out,
            spec.workers,
            spec.priority,
            spec.file_limit,
        );
        Self::launch(start, run_on, sink)
    }
}

/// What the scan comes upon.
enum Found {
    /// A file that is not alone with its size.
    Candidate {
        path: PathBuf,
        seen: Seen,
    },
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
    Found(std::vec::IntoIter<(PathBuf, Seen)>),
}

impl Iterator for Candidates {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        let (walk, by_size) = match &mut self.stage {
            Stage::Walking { walk, by_size } => (walk, by_size),
            Stage::Found(candidates) => {
                let (path, seen) = candidates.next()?;
                return Some(Found::Candidate { path, seen });
            }
        };
        match walk.next() {
            Some(walk::Found::File { path, seen }) => {
                if seen.size > 0 {
                    by_size.entry(seen.size).or_default().push((path, seen));
                }
            }
            Some(walk::Found::Folder) => {}
            Some(walk::Found::Settled(result)) => {
                // A link or a pipe wastes nothing.
                if let Verdict::Unreadable(_) = result.verdict {
                    return Some(Found::Settled(result));
                }
            }
            None => {
                let mut candidates = Vec::new();
                for (_, mut group) in std::mem::take(by_size) {
                    if group.len() > 1 {
                        group.sort_by(|(a, _), (b, _)| path_bytes(a).cmp(path_bytes(b)));
                        let mut ids = HashSet::new();
                        // A file whose number is not known is taken for one of its own.
                        group.retain(|(path, _)| identity(path).is_none_or(|id| ids.insert(id)));
                    }
                    if group.len() > 1 {
                        candidates.append(&mut group);
                    }
                }
                self.stage = Stage::Found(candidates.into_iter());
            }
        }
        Some(Found::Other)
    }
}

struct Duplicates {
    algorithms: Arc<[Algorithm]>,
    groups: HashMap<(u64, Box<[u8]>), Vec<PathBuf>>,
}

impl Plan for Duplicates {
    type Found = Found;

    fn share(found: &Found) -> Option<Share> {
        match found {
            Found::Candidate { seen, .. } => Some(Share {
                rows: 0,
                bytes: seen.size,
            }),
            Found::Settled(_) => Some(Share { rows: 1, bytes: 0 }),
            Found::Other => None,
        }
    }

    fn algorithms(&self) -> &Arc<[Algorithm]> {
        &self.algorithms
    }

    fn take_in(&mut self, found: Found, todo: &mut Todo) {
        match found {
            Found::Candidate { path, seen } => todo.hash.push(Item::new(path, seen, 0)),
            Found::Settled(result) => todo.settled.push(result),
            Found::Other => {}
        }
    }

    fn verdict(&mut self, item: Item, size: u64, verdict: Verdict, todo: &mut Todo) {
        match verdict {
            Verdict::Hashed(digest) => {
                let group = self.groups.entry((size, digest)).or_default();
                group.push(item.path);
            }
            other => {
                todo.more.rows += 1;
                todo.settled.push(FileResult {
                    path: item.path,
                    size,
                    verdict: other,
                });
            }
        }
    }

    fn go_on(&mut self, todo: &mut Todo) {
        for ((size, _), mut group) in std::mem::take(&mut self.groups) {
            group.sort_by(|a, b| path_bytes(a).cmp(path_bytes(b)));
            let mut group = group.into_iter();
            let Some(first) = group.next() else {
                continue;
            };
            for path in group {
                todo.more.rows += 1;
                todo.settled.push(FileResult {
                    path,
                    size,
                    verdict: Verdict::Duplicate(first.as_path().into()),
                });
            }
        }
    }
}
