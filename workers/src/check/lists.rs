//! What the lists name, and what is there: the scan of a job that verifies.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::{CheckSpec, Unlisted};
use crate::algorithm::Algorithm;
use crate::job::Links;
use crate::listed::{Expected, Lists, plain};
use crate::manifest::read::with_slashes;
use crate::tasks::identity::{Identity, identity};
use crate::tasks::walk::{self, Seen, Walk, skip_reason};
use crate::verdict::{FileResult, Mismatch, Verdict};

/// What the scan comes upon.
pub(super) enum Found {
    /// With what the listed files are to be hashed. Comes before them.
    Algorithms(Arc<[Algorithm]>),
    /// A listed file that is there.
    Listed {
        path: PathBuf,
        seen: Seen,
        expected: Expected,
    },
    /// A listed file that is not.
    Missing { path: PathBuf, expected: Expected },
    /// A file that no list names.
    Extra { path: PathBuf, seen: Seen },
    /// A path or a line that has its verdict already.
    Settled(FileResult),
    /// Nothing, or a folder: whoever drives the scan looks up.
    Folder,
}

/// Goes through the lists, then through the files that they name, then through their folders.
pub(super) struct Listed {
    spec: CheckSpec,
    left_out: Arc<AtomicU64>,
    stage: Stage,
}

enum Stage {
    Unread,
    Named {
        entries: std::vec::IntoIter<(PathBuf, Expected)>,
        /// Verdicts on the lists themselves.
        settled: std::vec::IntoIter<FileResult>,
        known: Known,
        folders: Vec<PathBuf>,
    },
    Folders {
        walk: Box<Walk>,
        known: Known,
    },
}

/// What is no news in a folder.
#[derive(Default)]
struct Known {
    names: HashSet<PathBuf>,
    /// What is listed may be spelled another way there, or be a link to it.
    files: HashSet<Identity>,
}

impl Known {
    fn add(&mut self, path: &Path) {
        self.names.insert(plain(path));
        self.files.extend(identity(path));
    }

    /// Whether nobody has come upon this file yet.
    fn is_news(&mut self, path: &Path) -> bool {
        self.names.insert(path.to_owned())
            && identity(path).is_none_or(|file| !self.files.contains(&file))
    }
}

impl Listed {
    pub(super) fn new(spec: CheckSpec, left_out: Arc<AtomicU64>) -> Self {
        Self {
            spec,
            left_out,
            stage: Stage::Unread,
        }
    }

    fn read_lists(&mut self) -> Found {
        let mut lists = Lists::default();
        let mut known = Known::default();
        let mut folders: Vec<PathBuf> = Vec::new();
        for list in &self.spec.lists {
            let own = list.parent().unwrap_or(Path::new(""));
            let base = self.spec.base.as_deref().unwrap_or(own);
            known.add(list);
            if !folders.iter().any(|folder| folder == base) {
                folders.push(base.to_owned());
            }
            lists.read(list, base, self.spec.format, self.spec.algorithm);
        }
        let algorithms = lists.algorithms();
        let Lists {
            mut entries,
            settled,
            ..
        } = lists;
        if self.spec.unlisted != Unlisted::Ignored {
            known
                .names
                .extend(entries.iter().map(|(path, _)| path.clone()));
        }
        if let Some(only) = &self.spec.only
            // What a list that could not be read says is not known yet.
            && !self.spec.lists.iter().any(|list| only.contains(list))
        {
            // The result of a file that was found under its other reading bears that name.
            entries.retain(|(path, _)| {
                only.contains(path) || with_slashes(path).is_some_and(|other| only.contains(&other))
            });
        }
        self.stage = Stage::Named {
            entries: entries.into_iter(),
            settled: settled.into_iter(),
            known,
            folders,
        };
        Found::Algorithms(algorithms.into())
    }
}

impl Iterator for Listed {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        match &mut self.stage {
            Stage::Unread => Some(self.read_lists()),
            Stage::Named {
                entries,
                settled,
                known,
                folders,
            } => {
                if let Some(result) = settled.next() {
                    return Some(Found::Settled(result));
                }
                if let Some((path, expected)) = entries.next() {
                    let found = look(path, expected);
                    if let Found::Listed { path, .. } = &found
                        && self.spec.unlisted != Unlisted::Ignored
                    {
                        known.add(path);
                    }
                    return Some(found);
                }
                if self.spec.unlisted == Unlisted::Ignored {
                    return None;
                }
                let folders = std::mem::take(folders)
                    .into_iter()
                    .map(|folder| {
                        if folder.as_os_str().is_empty() {
                            PathBuf::from(".")
                        } else {
                            folder
                        }
                    })
                    .collect();
                let walk = Walk::new(folders, Links::Skip, self.spec.selection.clone())
                    .counting(self.left_out.clone());
                self.stage = Stage::Folders {
                    walk: Box::new(walk),
                    known: std::mem::take(known),
                };
                Some(Found::Folder)
            }
            Stage::Folders { walk, known } => Some(match walk.next()? {
                walk::Found::Folder => Found::Folder,
                walk::Found::File { path, seen } => {
                    let path = plain(&path);
                    // Two bases, one within the other, come upon a file twice.
                    if known.is_news(&path) {
                        Found::Extra { path, seen }
                    } else {
                        Found::Folder
                    }
                }
                walk::Found::Settled(result) => {
                    if known.names.insert(plain(&result.path)) {
                        Found::Settled(result)
                    } else {
                        Found::Folder
                    }
                }
            }),
        }
    }
}

fn look(mut path: PathBuf, expected: Expected) -> Found {
    let settled = |path, verdict| {
        Found::Settled(FileResult {
            path,
            size: 0,
            verdict,
        })
    };
    let mut there = std::fs::metadata(&path);
    if let Err(error) = &there
        && is_missing(error)
        && let Some(slashed) = with_slashes(&path)
        && let Ok(meta) = std::fs::metadata(&slashed)
    {
        // From a system where that is what stands between folders.
        path = slashed;
        there = Ok(meta);
    }
    match there {
        Ok(meta) if meta.is_file() => match expected.size {
            Some(size) if size != meta.len() => Found::Settled(FileResult {
                path,
                size: meta.len(),
                verdict: Verdict::Failed(Box::new(Mismatch::Size {
                    expected: size,
                    found: meta.len(),
                })),
            }),
            _ => Found::Listed {
                path,
                seen: Seen::from(&meta),
                expected,
            },
        },
        Ok(meta) if meta.is_dir() => settled(path, Verdict::Unreadable("is a folder".to_owned())),
        Ok(meta) => {
            let why = skip_reason(meta.file_type()).text();
            settled(path, Verdict::Unreadable(why.to_owned()))
        }
        Err(error) if is_missing(&error) => Found::Missing { path, expected },
        Err(error) => settled(path, Verdict::Unreadable(error.to_string())),
    }
}

/// A file whose folder is missing, or is no folder any more, is missing too.
fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
