//! What the digests mean when lists are verified.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use super::Unlisted;
use super::lists::Found;
use crate::algorithm::Algorithm;
use crate::event::Guess;
use crate::job::plan::{Plan, Share, Todo};
use crate::listed::{Each, Expected};
use crate::tasks::bundle::Item;
use crate::tasks::walk::Seen;
use crate::verdict::{FileResult, Note, SkipReason, Verdict};

/// A digest and what it was made with.
type Fingerprint = (Algorithm, Box<[u8]>);

pub(super) struct Verify {
    algorithms: Arc<[Algorithm]>,
    guesses: Arc<[Guess]>,
    unlisted: Unlisted,
    /// By the key of the item.
    expected: Vec<Expected>,
    /// What is to be said of few, by the same key.
    notes: HashMap<u32, Note>,
    missing: Vec<(PathBuf, Expected)>,
    /// Files that no list names, until it is known what to do with them.
    extra: Vec<(PathBuf, Seen)>,
    /// Listed files that are as they should be, by their digests; kept where duplicates of them
    /// are looked for.
    present: HashMap<(u64, Box<[u8]>), PathBuf>,
    /// Files that no list names and that were read, with their digests.
    read: Vec<(FileResult, Box<[u8]>)>,
    stage: Stage,
}

enum Stage {
    /// Listed files are being read.
    Listed,
    /// Files that no list names are being read.
    Extra,
    Over,
}

impl Verify {
    pub(super) fn new(unlisted: Unlisted) -> Self {
        Self {
            algorithms: Arc::default(),
            guesses: Arc::default(),
            unlisted,
            expected: Vec::new(),
            notes: HashMap::new(),
            missing: Vec::new(),
            extra: Vec::new(),
            present: HashMap::new(),
            read: Vec::new(),
            stage: Stage::Listed,
        }
    }

    fn each<'a>(&'a self, digests: &'a [u8]) -> Each<'a> {
        Each {
            algorithms: &self.algorithms,
            digests,
        }
    }

    fn judge(&mut self, path: PathBuf, size: u64, digests: Box<[u8]>, key: u32) -> FileResult {
        let expected = std::mem::take(&mut self.expected[key as usize]);
        let found = Expected::of(size, &self.each(&digests));
        let verdict = match expected.difference(&found) {
            Some(mismatch) => {
                let disagreement = expected.disagreement(&mismatch, &found);
                Verdict::Failed(Box::new(mismatch.with_all(&digests))).noted(disagreement)
            }
            None => {
                if self.unlisted == Unlisted::Read && size > 0 {
                    self.present
                        .entry((size, digests.clone()))
                        .or_insert_with(|| path.clone());
                }
                Verdict::Verified(digests)
            }
        };
        FileResult {
            path,
            size,
            verdict: verdict.noted(self.notes.remove(&key)),
        }
    }

    /// Which missing file a file of this content is; none if it has no bytes: so have many.
    fn find_missing(
        &self,
        wanted: &mut HashMap<Fingerprint, VecDeque<usize>>,
        gone: &[bool],
        size: u64,
        digests: &[u8],
    ) -> Option<usize> {
        if size == 0 {
            return None;
        }
        let each = self.each(digests);
        each.iter().find_map(|(algorithm, digest)| {
            let candidates = wanted.get_mut(&(algorithm, digest.into()))?;
            // Those that were found before are in nobody's way again.
            while candidates.front().is_some_and(|&at| gone[at]) {
                candidates.pop_front();
            }
            candidates
                .iter()
                .copied()
                .find(|&at| !gone[at] && self.missing[at].1.mismatch(size, &each).is_none())
        })
    }

    /// The last word: what is missing has moved or is gone, what is new is new or a duplicate.
    fn conclude(&mut self, todo: &mut Todo) {
        let mut wanted: HashMap<Fingerprint, VecDeque<usize>> = HashMap::new();
        for (at, (_, expected)) in self.missing.iter().enumerate() {
            for (algorithm, digest) in expected.digests() {
                wanted
                    .entry((algorithm, digest.into()))
                    .or_default()
                    .push_back(at);
            }
        }
        let mut gone = vec![false; self.missing.len()];
        for (mut result, digests) in std::mem::take(&mut self.read) {
            if let Some(at) = self.find_missing(&mut wanted, &gone, result.size, &digests) {
                gone[at] = true;
                todo.settled.push(FileResult {
                    path: self.missing[at].0.clone(),
                    size: result.size,
                    verdict: Verdict::Moved(result.path.into()),
                });
                continue;
            }
            let original = self.present.get(&(result.size, digests));
            result.verdict = match original {
                Some(path) => Verdict::Duplicate(path.as_path().into()),
                None => Verdict::New,
            };
            todo.more.rows += 1;
            todo.settled.push(result);
        }
        for ((path, expected), gone) in std::mem::take(&mut self.missing).into_iter().zip(gone) {
            if !gone {
                todo.settled.push(FileResult {
                    path,
                    size: expected.size().unwrap_or_default(),
                    verdict: Verdict::Missing,
                });
            }
        }
    }
}

impl Plan for Verify {
    type Found = Found;

    fn share(found: &Found) -> Option<Share> {
        match found {
            Found::Read { .. } | Found::Extra { .. } => Some(Share::default()),
            Found::Folder => None,
            Found::Listed { seen, .. } => Some(Share {
                rows: 1,
                bytes: seen.size,
            }),
            Found::Missing { .. } | Found::Settled(_) => Some(Share { rows: 1, bytes: 0 }),
        }
    }

    fn algorithms(&self) -> &Arc<[Algorithm]> {
        &self.algorithms
    }

    fn guesses(&self) -> Arc<[Guess]> {
        self.guesses.clone()
    }

    fn take_in(&mut self, found: Found, todo: &mut Todo) {
        match found {
            Found::Read {
                algorithms,
                guesses,
            } => (self.algorithms, self.guesses) = (algorithms, guesses),
            Found::Folder => {}
            Found::Listed {
                path,
                seen,
                expected,
                note,
            } => {
                let key = u32::try_from(self.expected.len()).unwrap_or(u32::MAX);
                self.expected.push(expected);
                if let Some(note) = note {
                    self.notes.insert(key, note);
                }
                todo.hash.push(Item::new(path, seen, key));
            }
            Found::Missing { path, expected } => self.missing.push((path, expected)),
            Found::Extra { path, seen } => self.extra.push((path, seen)),
            Found::Settled(result) => todo.settled.push(result),
        }
    }

    fn verdict(&mut self, item: Item, size: u64, verdict: Verdict, todo: &mut Todo) {
        let result = |verdict| FileResult {
            path: item.path.clone(),
            size,
            verdict,
        };
        match (&self.stage, verdict) {
            (Stage::Listed, Verdict::Hashed(digests)) => {
                let key = item.key;
                todo.settled.push(self.judge(item.path, size, digests, key));
            }
            // It is listed, and was not looked at: that is not well.
            (Stage::Listed, Verdict::Skipped(why)) if why != SkipReason::ByRequest => {
                todo.settled
                    .push(result(Verdict::Unreadable(why.text().to_owned())));
            }
            (Stage::Listed, other) => todo.settled.push(result(other)),
            (_, Verdict::Hashed(digests)) => self.read.push((result(Verdict::New), digests)),
            (_, other) => {
                todo.more.rows += 1;
                todo.settled.push(result(other));
            }
        }
    }

    fn go_on(&mut self, todo: &mut Todo) {
        match self.stage {
            Stage::Listed => {
                self.stage = Stage::Extra;
                let read = match self.unlisted {
                    Unlisted::Ignored => false,
                    Unlisted::Reported => !self.missing.is_empty(),
                    Unlisted::Read => true,
                };
                for (path, seen) in std::mem::take(&mut self.extra) {
                    if read {
                        todo.more.bytes += seen.size;
                        todo.hash.push(Item::new(path, seen, 0));
                    } else {
                        todo.more.rows += 1;
                        todo.settled.push(FileResult {
                            path,
                            size: seen.size,
                            verdict: Verdict::New,
                        });
                    }
                }
                if todo.hash.is_empty() {
                    self.go_on(todo);
                }
            }
            Stage::Extra => {
                self.stage = Stage::Over;
                self.conclude(todo);
            }
            Stage::Over => {}
        }
    }
}
