//! What the two sides come to.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use super::sides::{Found, Hand, Known};
use crate::algorithm::Algorithm;
use crate::job::plan::{Plan, Share, Todo};
use crate::listed::{Each, Expected};
use crate::tasks::bundle::Item;
use crate::tasks::walk::Seen;
use crate::verdict::{FileResult, Mismatch, Verdict};

#[derive(Default)]
pub(super) struct Compare {
    algorithms: Arc<[Algorithm]>,
    files: Vec<File>,
    pairs: Vec<Pair>,
    /// Names that are still alone, by side.
    alone: [HashMap<PathBuf, u32>; 2],
    stage: Stage,
}

#[derive(Default)]
enum Stage {
    #[default]
    Scanning,
    /// What must be read is being read.
    Reading,
    Over,
}

/// One file on one side.
struct File {
    name: PathBuf,
    size: Option<u64>,
    /// Where to read it; `None` for what a list says, and once it is being read.
    at: Option<(PathBuf, Seen)>,
    digests: Vec<(Algorithm, Box<[u8]>)>,
    /// Its pair, where it has a counterpart.
    pair: Option<u32>,
    /// It has its row: it could not be read.
    settled: bool,
}

struct Pair {
    left: u32,
    right: u32,
    /// Of the two, how many are still to be read.
    unread: u8,
    settled: bool,
}

impl Compare {
    fn file(&self, at: u32) -> &File {
        &self.files[at as usize]
    }

    /// Whether two files may have the same content, by their sizes.
    fn same_size(&self, left: u32, right: u32) -> bool {
        match (self.file(left).size, self.file(right).size) {
            (Some(left), Some(right)) => left == right,
            _ => true,
        }
    }

    fn read(&mut self, at: u32, todo: &mut Todo) -> bool {
        let Some((path, seen)) = self.files[at as usize].at.take() else {
            return false;
        };
        todo.more.bytes += seen.size;
        todo.hash.push(Item::new(path, seen, at));
        true
    }

    fn settle(&self, at: u32, verdict: Verdict, todo: &mut Todo) {
        let file = self.file(at);
        todo.more.rows += 1;
        todo.settled.push(FileResult {
            path: file.name.clone(),
            size: file.size.unwrap_or_default(),
            verdict,
        });
    }

    /// Both sides are known: what is it?
    fn judge(&mut self, pair: usize, todo: &mut Todo) {
        let Pair {
            left,
            right,
            settled,
            ..
        } = self.pairs[pair];
        if settled {
            return;
        }
        self.pairs[pair].settled = true;
        let verdict = self.verdict_on(left, right);
        self.settle(left, verdict, todo);
    }

    fn verdict_on(&self, left: u32, right: u32) -> Verdict {
        let (left, right) = (self.file(left), self.file(right));
        if let (Some(expected), Some(found)) = (left.size, right.size)
            && expected != found
        {
            return Verdict::Different(Box::new(Mismatch::Size { expected, found }));
        }
        if left.size == Some(0) && right.size == Some(0) {
            return Verdict::Same;
        }
        let mut compared = false;
        for (algorithm, expected) in &left.digests {
            for (_, found) in right.digests.iter().filter(|(of, _)| of == algorithm) {
                compared = true;
                if expected != found {
                    return Verdict::Different(Box::new(Mismatch::Digest {
                        algorithm: *algorithm,
                        expected: expected.clone(),
                        found: found.clone(),
                    }));
                }
            }
        }
        if compared {
            Verdict::Same
        } else {
            Verdict::Unreadable("the two lists have no algorithm in common".to_owned())
        }
    }

    /// The scan is over: who has a counterpart, and who may have one under another name?
    fn pair_up(&mut self, todo: &mut Todo) {
        for pair in 0..self.pairs.len() {
            let Pair { left, right, .. } = self.pairs[pair];
            let empty = self.file(left).size == Some(0) && self.file(right).size == Some(0);
            if self.same_size(left, right) && !empty {
                for at in [left, right] {
                    let read = self.read(at, todo);
                    self.pairs[pair].unread += u8::from(read);
                }
            }
            if self.pairs[pair].unread == 0 {
                self.judge(pair, todo);
            }
        }
        // No size known: it may be of any.
        let sizes = |side: &HashMap<PathBuf, u32>| -> (HashSet<u64>, bool) {
            let known = side.values().filter_map(|&at| self.file(at).size).collect();
            (known, side.values().any(|&at| self.file(at).size.is_none()))
        };
        let [left, right] = [sizes(&self.alone[0]), sizes(&self.alone[1])];
        for (side, (others, any)) in [(0, right), (1, left)] {
            let mut candidates: Vec<u32> = self.alone[side].values().copied().collect();
            candidates.sort_unstable();
            for at in candidates {
                let size = self.file(at).size;
                let may_match = size.is_none_or(|size| size > 0 && (any || others.contains(&size)));
                if may_match {
                    self.read(at, todo);
                }
            }
        }
    }

    /// What is still alone has moved, or is on one side only.
    fn conclude(&mut self, todo: &mut Todo) {
        let [left, right] = std::mem::take(&mut self.alone).map(|side| {
            let mut side: Vec<u32> = side.into_values().collect();
            side.sort_unstable();
            side
        });
        let mut by_digest: HashMap<(Algorithm, &[u8]), VecDeque<u32>> = HashMap::new();
        for &at in &right {
            for (algorithm, digest) in &self.file(at).digests {
                by_digest
                    .entry((*algorithm, digest))
                    .or_default()
                    .push_back(at);
            }
        }
        let mut taken = HashSet::new();
        for at in left {
            let file = self.file(at);
            let moved = file.digests.iter().find_map(|(algorithm, digest)| {
                let candidates = by_digest.get_mut(&(*algorithm, &**digest))?;
                // Those that were found before are in nobody's way again.
                while candidates.front().is_some_and(|at| taken.contains(at)) {
                    candidates.pop_front();
                }
                candidates.iter().copied().find(|&other| {
                    !taken.contains(&other)
                        && file.size != Some(0)
                        && self.verdict_on(at, other) == Verdict::Same
                })
            });
            let verdict = match moved {
                Some(to) => {
                    taken.insert(to);
                    Verdict::Moved(self.file(to).name.as_path().into())
                }
                None => Verdict::OnlyLeft,
            };
            if !file.settled {
                self.settle(at, verdict, todo);
            }
        }
        for at in right {
            if !taken.contains(&at) && !self.file(at).settled {
                self.settle(at, Verdict::OnlyRight, todo);
            }
        }
    }
}

impl Plan for Compare {
    type Found = Found;

    fn share(found: &Found) -> Option<Share> {
        match found {
            // How many rows the files make is known when both sides are.
            Found::Algorithms(_) | Found::One { .. } => Some(Share::default()),
            Found::Settled(_) => Some(Share { rows: 1, bytes: 0 }),
            Found::Folder => None,
        }
    }

    fn algorithms(&self) -> &Arc<[Algorithm]> {
        &self.algorithms
    }

    fn take_in(&mut self, found: Found, todo: &mut Todo) {
        let (hand, name, known) = match found {
            Found::Algorithms(algorithms) => {
                self.algorithms = algorithms;
                return;
            }
            Found::Settled(result) => return todo.settled.push(result),
            Found::Folder => return,
            Found::One { hand, name, known } => (hand, name, known),
        };
        let (size, at, digests) = match known {
            Known::File { path, seen } => (Some(seen.size), Some((path, seen)), Vec::new()),
            Known::Listed(Expected { size, digests }) => (size, None, digests),
        };
        let number = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        let (own, other) = match hand {
            Hand::Left => (0, 1),
            Hand::Right => (1, 0),
        };
        let pair = self.alone[other].remove(&name).map(|counterpart| {
            let (left, right) = match hand {
                Hand::Left => (number, counterpart),
                Hand::Right => (counterpart, number),
            };
            let pair = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
            self.pairs.push(Pair {
                left,
                right,
                unread: 0,
                settled: false,
            });
            self.files[counterpart as usize].pair = Some(pair);
            pair
        });
        if pair.is_none() {
            self.alone[own].insert(name.clone(), number);
        }
        self.files.push(File {
            name,
            size,
            at,
            digests,
            pair,
            settled: false,
        });
    }

    fn verdict(&mut self, item: Item, size: u64, verdict: Verdict, todo: &mut Todo) {
        let number = item.key as usize;
        let pair = self.files[number].pair.map(|pair| pair as usize);
        if let Verdict::Hashed(digests) = &verdict {
            let each = Each {
                algorithms: &self.algorithms,
                digests,
            };
            let digests = each
                .iter()
                .map(|(algorithm, digest)| (algorithm, digest.into()))
                .collect();
            self.files[number].digests = digests;
            self.files[number].size = Some(size);
            if let Some(pair) = pair {
                self.pairs[pair].unread -= 1;
                if self.pairs[pair].unread == 0 {
                    self.judge(pair, todo);
                }
            }
            return;
        }
        // Its own path, which says on which side that is.
        self.files[number].settled = true;
        if pair.is_some_and(|pair| std::mem::replace(&mut self.pairs[pair].settled, true)) {
            return;
        }
        todo.more.rows += 1;
        todo.settled.push(FileResult {
            path: item.path,
            size,
            verdict,
        });
    }

    fn go_on(&mut self, todo: &mut Todo) {
        match self.stage {
            Stage::Scanning => {
                self.stage = Stage::Reading;
                self.pair_up(todo);
                if todo.hash.is_empty() {
                    self.go_on(todo);
                }
            }
            Stage::Reading => {
                self.stage = Stage::Over;
                self.conclude(todo);
            }
            Stage::Over => {}
        }
    }
}
