//! What the lists name, and what is there: the scan of a job that verifies.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CheckSpec, Unlisted};
use crate::algorithm::Algorithm;
use crate::job::Links;
use crate::manifest::read::{self, Item, ListReader, ReadError, with_slashes};
use crate::tasks::walk::{self, Seen, Walk, skip_reason};
use crate::verdict::{FileResult, Mismatch, Verdict};

/// What a file should be.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    /// Bytes, where a list says.
    pub(super) size: Option<u64>,
    /// One or more of one algorithm, where lists disagree: then nothing can be right.
    pub(super) digests: Vec<(Algorithm, Box<[u8]>)>,
}

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
    stage: Stage,
}

enum Stage {
    Unread,
    Named {
        entries: std::vec::IntoIter<(PathBuf, Expected)>,
        /// Verdicts on the lists themselves.
        settled: std::vec::IntoIter<FileResult>,
        /// What is no news in a folder.
        known: HashSet<PathBuf>,
        folders: Vec<PathBuf>,
    },
    Folders {
        walk: Walk,
        known: HashSet<PathBuf>,
    },
}

impl Listed {
    pub(super) fn new(spec: CheckSpec) -> Self {
        Self {
            spec,
            stage: Stage::Unread,
        }
    }

    fn read_lists(&mut self) -> Found {
        let mut entries: Vec<(PathBuf, Expected)> = Vec::new();
        let mut places: HashMap<PathBuf, usize> = HashMap::new();
        let mut settled = Vec::new();
        let mut algorithms: Vec<Algorithm> = Vec::new();
        let mut known = HashSet::new();
        let mut folders: Vec<PathBuf> = Vec::new();
        for list in &self.spec.lists {
            let own = list.parent().unwrap_or(Path::new("")).to_owned();
            let base = self.spec.base.clone().unwrap_or(own);
            known.insert(plain(list));
            if !folders.contains(&base) {
                folders.push(base.clone());
            }
            let expected = read::Expected {
                format: self.spec.format,
                algorithm: self.spec.algorithm,
            };
            let of_the_list = |verdict| FileResult {
                path: list.clone(),
                size: 0,
                verdict,
            };
            let items = match ListReader::open(list, &expected) {
                Ok(items) => items,
                Err(error) => {
                    settled.push(of_the_list(Verdict::Unreadable(reason(&error))));
                    continue;
                }
            };
            for item in items {
                let listed = match item {
                    Ok(Item::Listed(listed)) => listed,
                    Ok(Item::Bad(bad)) => {
                        settled.push(of_the_list(Verdict::BadLine(bad.to_string())));
                        continue;
                    }
                    Err(error) => {
                        settled.push(of_the_list(Verdict::Unreadable(reason(&error))));
                        continue;
                    }
                };
                let path = plain(&base.join(&listed.path));
                let at = *places.entry(path.clone()).or_insert_with(|| {
                    entries.push((path, Expected::default()));
                    entries.len() - 1
                });
                let expected = &mut entries[at].1;
                expected.size = expected.size.or(listed.size);
                for (algorithm, digest) in listed.digests.iter() {
                    if !algorithms.contains(&algorithm) {
                        algorithms.push(algorithm);
                    }
                    let one = (algorithm, digest.into());
                    if !expected.digests.contains(&one) {
                        expected.digests.push(one);
                    }
                }
            }
        }
        // The cheapest order to look at is no matter; that of the table is the same every time.
        algorithms.sort_by_key(|one| Algorithm::ALL.iter().position(|other| other == one));
        if self.spec.unlisted != Unlisted::Ignored {
            known.extend(entries.iter().map(|(path, _)| path.clone()));
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
                        known.insert(path.clone());
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
                self.stage = Stage::Folders {
                    walk: Walk::new(folders, Links::Skip),
                    known: std::mem::take(known),
                };
                Some(Found::Folder)
            }
            Stage::Folders { walk, known } => Some(match walk.next()? {
                walk::Found::Folder => Found::Folder,
                walk::Found::File { path, seen } => {
                    let path = plain(&path);
                    // Two bases, one within the other, come upon a file twice.
                    if known.insert(path.clone()) {
                        Found::Extra { path, seen }
                    } else {
                        Found::Folder
                    }
                }
                walk::Found::Settled(result) => {
                    if known.contains(&plain(&result.path)) {
                        Found::Folder
                    } else {
                        Found::Settled(result)
                    }
                }
            }),
        }
    }
}

/// A path without `.` in it, so that `./a` in a list is the `a` that the walk comes upon. What
/// `..` leads to depends on links, and is left alone.
fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .collect()
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
        Ok(meta) => settled(path, Verdict::Skipped(skip_reason(meta.file_type()))),
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

/// Why a list cannot be used, without its name, which the row has.
fn reason(error: &ReadError) -> String {
    match error {
        ReadError::Open { source, .. } => source.to_string(),
        ReadError::Read { source, .. } => format!("could not be read any further: {source}"),
        ReadError::NotAList { found, .. } => format!("is no checksum file: it {found}"),
    }
}
