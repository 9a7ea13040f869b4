//! Which files are read how far, and which of them are the same.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::Found;
use crate::algorithm::Algorithm;
use crate::job::plan::{Plan, Share, Todo};
use crate::name::path_bytes;
use crate::tasks::bundle::Item;
use crate::tasks::reading::{Extent, HEAD};
use crate::tasks::walk::Seen;
use crate::verdict::{FileResult, Verdict};

pub(super) struct Duplicates {
    algorithms: Arc<[Algorithm]>,
    /// By the key of the item. One that is over is left empty.
    groups: Vec<Group>,
}

type Files = Vec<(PathBuf, Seen)>;

/// Files that may be the same, and are being read to see.
#[derive(Default)]
struct Group {
    /// How far.
    extent: Extent,
    /// How many have no verdict yet.
    waiting: usize,
    /// The others, by the bytes read and their digest.
    alike: HashMap<(u64, Box<[u8]>), Files>,
}

/// How far files of a size are read first. What has no more than a head is read whole, and so that
/// one which has grown meanwhile is not taken for its head.
fn first_extent(size: u64) -> Extent {
    if size > HEAD {
        Extent::Head
    } else {
        Extent::Whole
    }
}

impl Duplicates {
    pub(super) fn new(algorithm: Algorithm) -> Self {
        Self {
            algorithms: Arc::new([algorithm]),
            groups: Vec::new(),
        }
    }

    fn read(&mut self, files: Files, extent: Extent, todo: &mut Todo) {
        let key = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        self.groups.push(Group {
            extent,
            waiting: files.len(),
            alike: HashMap::new(),
        });
        let items = files.into_iter();
        todo.hash
            .extend(items.map(|(path, seen)| Item::new(path, seen, key).of(extent)));
    }

    /// All of a group have been read: those that are alike are the same, or are read whole.
    fn decide(&mut self, group: Group, todo: &mut Todo) {
        for ((size, _), files) in group.alike {
            match group.extent {
                Extent::Whole => settle(files, size, todo),
                Extent::Head if files.len() > 1 => self.read(files, Extent::Whole, todo),
                Extent::Head => todo.spared += files.iter().map(|(_, seen)| seen.size).sum::<u64>(),
            }
        }
    }
}

/// Of files that are the same, the first by its path is what the others are duplicates of.
fn settle(mut files: Files, size: u64, todo: &mut Todo) {
    files.sort_by(|(a, _), (b, _)| path_bytes(a).cmp(path_bytes(b)));
    let mut files = files.into_iter().map(|(path, _)| path);
    let Some(first) = files.next() else {
        return;
    };
    for path in files {
        todo.more.rows += 1;
        todo.settled.push(FileResult {
            path,
            size,
            verdict: Verdict::Duplicate(first.as_path().into()),
        });
    }
}

impl Plan for Duplicates {
    type Found = Found;

    fn share(found: &Found) -> Option<Share> {
        match found {
            Found::OneSize(files) => Some(Share {
                rows: 0,
                bytes: files
                    .iter()
                    // Until the heads are known to differ, all there is may have to be read.
                    .map(|(_, seen)| match first_extent(seen.size) {
                        Extent::Head => HEAD + seen.size,
                        Extent::Whole => seen.size,
                    })
                    .sum(),
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
            Found::OneSize(files) => {
                let size = files.first().map_or(0, |(_, seen)| seen.size);
                self.read(files, first_extent(size), todo);
            }
            Found::Settled(result) => todo.settled.push(result),
            Found::Other => {}
        }
    }

    fn verdict(&mut self, item: Item, size: u64, verdict: Verdict, todo: &mut Todo) {
        let Item {
            path,
            seen,
            extent,
            key,
            ..
        } = item;
        let group = &mut self.groups[key as usize];
        group.waiting -= 1;
        match verdict {
            Verdict::Hashed(digest) => {
                group
                    .alike
                    .entry((size, digest))
                    .or_default()
                    .push((path, seen));
            }
            other => {
                if extent == Extent::Head {
                    todo.spared += seen.size;
                }
                todo.more.rows += 1;
                todo.settled.push(FileResult {
                    path,
                    size,
                    verdict: other,
                });
            }
        }
        if group.waiting == 0 {
            let group = std::mem::take(group);
            self.decide(group, todo);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::SkipReason;

    #[test]
    fn what_falls_out_for_whatever_reason_is_no_longer_to_be_read() {
        let size = 10 * HEAD;
        let files: Files = ["a", "b", "c", "d"]
            .map(|name| (PathBuf::from(name), Seen { size, modified: 1 }))
            .into();
        let found = Found::OneSize(files);
        let mut to_read = Duplicates::share(&found).expect("work").bytes;
        let mut plan = Duplicates::new(Algorithm::Crc32);
        let mut todo = Todo::default();
        plan.take_in(found, &mut todo);
        let verdicts = [
            Verdict::Hashed(Box::new([1; 4])),
            Verdict::Skipped(SkipReason::ByRequest),
            Verdict::Hashed(Box::new([1; 4])),
            Verdict::Hashed(Box::new([2; 4])),
        ];
        for (item, verdict) in std::mem::take(&mut todo.hash).into_iter().zip(verdicts) {
            assert_eq!(item.bytes(), HEAD);
            to_read -= item.bytes();
            plan.verdict(item, HEAD, verdict, &mut todo);
        }
        let left: u64 = todo.hash.iter().map(Item::bytes).sum();
        assert_eq!(left, 2 * size);
        assert_eq!(to_read - todo.spared, left);
        // The one that was skipped has its row; of the others it is not known yet.
        assert_eq!(todo.settled.len(), 1);
    }
}
