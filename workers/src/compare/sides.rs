//! What is on the two sides: the scan of a job that compares.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use indexmap::IndexMap;

use super::rooted::{self, Above, Names};
use super::{CompareSpec, Side};
use crate::algorithm::Algorithm;
use crate::job::Links;
use crate::job::common::Common;
use crate::listed::{Expected, Lists, announce, plain};
use crate::manifest::read;
use crate::tasks::identity::{Identity, identity};
use crate::tasks::walk::{self, Seen, Walk};
use crate::verdict::FileResult;

/// Which side something is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hand {
    Left,
    Right,
}

/// What a side has of a file.
pub(super) enum Known {
    /// It is there, to be read.
    File { path: PathBuf, seen: Seen },
    /// A list says what it is.
    Listed(Expected),
}

/// What the scan comes upon.
pub(super) enum Found {
    /// With what files are to be hashed. Comes first.
    Algorithms(Arc<[Algorithm]>),
    One {
        hand: Hand,
        /// Within its side.
        name: PathBuf,
        known: Known,
    },
    /// The list that is one side, in the folder that is the other.
    ListItself {
        hand: Hand,
        name: PathBuf,
        path: PathBuf,
        seen: Seen,
    },
    Settled(FileResult),
    /// Nothing, or a folder: whoever drives the scan looks up.
    Folder,
}

pub(super) struct Sides {
    spec: CompareSpec,
    common: Common,
    /// The list that is a side, as it was before it was read.
    list: Option<(Seen, Identity)>,
    stage: Stage,
}

enum Stage {
    Unread,
    Lists {
        found: std::vec::IntoIter<Found>,
    },
    Folders {
        left: Vec<(Hand, PathBuf)>,
        open: Option<(Hand, PathBuf, Box<Walk>)>,
    },
}

impl Sides {
    pub(super) fn new(spec: CompareSpec, common: Common) -> Self {
        Self {
            spec,
            common,
            list: None,
            stage: Stage::Unread,
        }
    }

    fn both(&self) -> [(Hand, &Side); 2] {
        [
            (Hand::Left, &self.spec.left),
            (Hand::Right, &self.spec.right),
        ]
    }

    /// The folder that a list is compared with.
    fn folder(&self) -> Option<&Path> {
        match (&self.spec.left, &self.spec.right) {
            (Side::Folder(folder), Side::List(_)) | (Side::List(_), Side::Folder(folder)) => {
                Some(folder)
            }
            _ => None,
        }
    }

    fn read_lists(&mut self) -> Found {
        let mut found = Vec::new();
        let mut algorithms = Vec::new();
        let mut own = None;
        let lists = self.both().into_iter().filter_map(|(_, side)| match side {
            Side::List(list) => Some(list),
            Side::Folder(_) => None,
        });
        announce(lists, &self.common);
        let mut read = Vec::new();
        for (hand, side) in self.both() {
            let Side::List(list) = side else {
                continue;
            };
            own = std::fs::metadata(list)
                .ok()
                .and_then(|meta| Some((Seen::from(&meta), identity(list)?)));
            let mut lists = Lists::default();
            lists.read(
                list,
                Path::new(""),
                &read::Expected::default(),
                &self.common,
            );
            for algorithm in lists.algorithms() {
                if !algorithms.contains(&algorithm) {
                    algorithms.push(algorithm);
                }
            }
            found.extend(lists.settled.into_iter().map(Found::Settled));
            read.push((hand, lists.entries));
        }
        let above = self.above(&read);
        for ((hand, entries), above) in read.into_iter().zip(above) {
            found.extend(
                entries
                    .into_iter()
                    .map(|(name, expected)| match above {
                        Some(above) => (above.below(&name), expected),
                        None => (name, expected),
                    })
                    // As in a folder: what is left out there would else be missing there.
                    .filter(|(name, expected)| {
                        let counts = self.spec.selection.counts_listed(name, expected.size());
                        self.common
                            .left_out
                            .fetch_add(u64::from(!counts), Ordering::Relaxed);
                        counts
                    })
                    .map(|(name, expected)| Found::One {
                        hand,
                        name,
                        known: Known::Listed(expected),
                    }),
            );
        }
        self.common.totals.lists.end();
        if algorithms.is_empty() {
            algorithms.push(self.spec.algorithm);
        }
        self.list = own;
        self.stage = Stage::Lists {
            found: found.into_iter(),
        };
        Found::Algorithms(algorithms.into())
    }

    /// For each of the lists, what stands before its names and is not meant on the other side.
    fn above(&self, lists: &[(Hand, IndexMap<PathBuf, Expected>)]) -> [Option<Above>; 2] {
        fn names((_, entries): &(Hand, IndexMap<PathBuf, Expected>)) -> Names<'_> {
            Names::new(entries.keys().map(PathBuf::as_path))
        }
        match (lists, self.folder()) {
            ([list], Some(folder)) => [rooted::above(folder, &names(list)), None],
            ([left, right], _) => rooted::between(&names(left), &names(right)),
            _ => [None, None],
        }
    }

    fn folders(&self) -> Stage {
        let folders = self.both().into_iter().rev();
        Stage::Folders {
            left: folders
                .filter_map(|(hand, side)| match side {
                    Side::Folder(folder) => Some((hand, folder.clone())),
                    Side::List(_) => None,
                })
                .collect(),
            open: None,
        }
    }
}

/// What a side is called in the results that is a file itself. Two files are a pair whatever they
/// are called, so both are called as the left one is, by its whole path: within itself it has none.
fn name_of_file(spec: &CompareSpec, path: &Path) -> PathBuf {
    match (&spec.left, &spec.right) {
        (Side::Folder(left), Side::Folder(_)) if !left.is_dir() => left.clone(),
        _ => path.to_owned(),
    }
}

impl Iterator for Sides {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        match &mut self.stage {
            Stage::Unread => Some(self.read_lists()),
            Stage::Lists { found } => match found.next() {
                Some(found) => Some(found),
                None => {
                    self.stage = self.folders();
                    Some(Found::Folder)
                }
            },
            Stage::Folders { left, open } => {
                let Some((hand, folder, walk)) = open else {
                    let (hand, folder) = left.pop()?;
                    let selection = self.spec.selection.clone();
                    let walk = Walk::new(vec![folder.clone()], Links::Skip, selection)
                        .counting(self.common.left_out.clone());
                    *open = Some((hand, folder, Box::new(walk)));
                    return Some(Found::Folder);
                };
                Some(match walk.next() {
                    None => {
                        *open = None;
                        Found::Folder
                    }
                    Some(walk::Found::Folder | walk::Found::LeftOut(_)) => Found::Folder,
                    Some(walk::Found::Settled(result)) => Found::Settled(result),
                    Some(walk::Found::File { path, seen }) => {
                        let name = match path.strip_prefix(&*folder) {
                            Ok(within) if within.as_os_str().is_empty() => {
                                name_of_file(&self.spec, &path)
                            }
                            Ok(within) => plain(within),
                            Err(_) => plain(&path),
                        };
                        let hand = *hand;
                        match &self.list {
                            // Only what looks like it is asked who it is.
                            Some((list, who))
                                if *list == seen && identity(&path).as_ref() == Some(who) =>
                            {
                                Found::ListItself {
                                    hand,
                                    name,
                                    path,
                                    seen,
                                }
                            }
                            _ => Found::One {
                                hand,
                                name,
                                known: Known::File { path, seen },
                            },
                        }
                    }
                })
            }
        }
    }
}
