//! What the two sides come to.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::moves::{Alone, moves};
use super::names::{Difference, Match, matches};
use super::sides::{Found, Hand, Known};
use crate::algorithm::Algorithm;
use crate::job::plan::{Plan, Share, Todo};
use crate::listed::{Each, Expected};
use crate::manifest::read::with_slashes;
use crate::tasks::bundle::Item;
use crate::tasks::walk::Seen;
use crate::verdict::{FileResult, Note, Verdict};

pub(super) struct Compare {
    algorithms: Arc<[Algorithm]>,
    /// Which sides are lists, the left one first.
    is_list: [bool; 2],
    files: Vec<File>,
    pairs: Vec<Pair>,
    /// Names that are still alone, by side.
    alone: [HashMap<Box<Path>, u32>; 2],
    /// The list that is one side, as a file of the other.
    list_itself: Option<u32>,
    stage: Stage,
}

enum Stage {
    Scanning,
    /// What must be read is being read.
    Reading,
    Over,
}

/// One file on one side.
struct File {
    /// Within its side. Empty on the right of a pair of one name, and on both sides once the pair has its row.
    name: Box<Path>,
    /// What a list says, or what was seen and read; nothing once the pair has its row.
    known: Expected,
    /// Where to read it; `None` for what a list says, and once it is being read.
    at: Option<(PathBuf, Seen)>,
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
    /// How the two names differ, if that is worth a word.
    note: Option<Note>,
}

/// Takes no memory.
fn no_name() -> Box<Path> {
    Path::new("").into()
}

impl Pair {
    fn new(left: u32, right: u32) -> Self {
        Self {
            left,
            right,
            unread: 0,
            settled: false,
            note: None,
        }
    }
}

impl Compare {
    /// `is_list`: which sides are lists, the left one first.
    pub(super) fn new(is_list: [bool; 2]) -> Self {
        Self {
            algorithms: Arc::default(),
            is_list,
            files: Vec::new(),
            pairs: Vec::new(),
            alone: Default::default(),
            list_itself: None,
            stage: Stage::Scanning,
        }
    }

    fn file(&self, at: u32) -> &File {
        &self.files[at as usize]
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
            path: file.name.to_path_buf(),
            size: file.known.size().unwrap_or_default(),
            verdict,
        });
    }

    /// Both sides are known: what is it?
    fn judge(&mut self, pair: usize, todo: &mut Todo) {
        let pair = &mut self.pairs[pair];
        if std::mem::replace(&mut pair.settled, true) {
            return;
        }
        let (left, right, note) = (pair.left, pair.right, pair.note);
        let verdict = self.verdict_on(left, right).noted(note);
        self.settle(left, verdict, todo);
        // There may be millions, and most are settled long before the last.
        for at in [left, right] {
            let file = &mut self.files[at as usize];
            (file.name, file.known) = (no_name(), Expected::default());
        }
    }

    fn verdict_on(&self, left: u32, right: u32) -> Verdict {
        let (left, right) = (&self.file(left).known, &self.file(right).known);
        if let Some(mismatch) = left.difference(right) {
            // Of the two, a list is what may say two things.
            let disagreement = left
                .disagreement(&mismatch, right)
                .or_else(|| right.disagreement(&mismatch, left));
            return Verdict::Different(Box::new(mismatch)).noted(disagreement);
        }
        let empty = left.size() == Some(0) && right.size() == Some(0);
        if empty || left.is_comparable(right) {
            Verdict::Same
        } else {
            Verdict::Unreadable("the two lists have no algorithm in common".to_owned())
        }
    }

    /// Files that are alone by their exact names, and have a counterpart if those are read in
    /// another way.
    fn match_names(&mut self) {
        let [left, right] = &self.alone;
        for Match { left, right, by } in matches([left, right], self.is_list) {
            for (side, at) in [(0, left), (1, right)] {
                self.alone[side].remove(&self.files[at as usize].name);
            }
            let number = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
            let mut pair = Pair::new(left, right);
            match by {
                // It is called what it is called where there are folders.
                Difference::Separators(meant) => self.files[left as usize].name = meant.into(),
                Difference::Form => pair.note = Some(Note::FormsDiffer),
            }
            self.pairs.push(pair);
            for at in [left, right] {
                self.files[at as usize].pair = Some(number);
            }
        }
        // Nobody expects a list to be in itself.
        if let Some(list) = self.list_itself {
            for side in &mut self.alone {
                side.retain(|_, at| *at != list);
            }
        }
    }

    /// The scan is over: who has a counterpart, and who may have one under another name?
    fn pair_up(&mut self, todo: &mut Todo) {
        self.match_names();
        // Each may have had all files of its side.
        self.alone.iter_mut().for_each(HashMap::shrink_to_fit);
        for pair in 0..self.pairs.len() {
            let Pair { left, right, .. } = self.pairs[pair];
            let (one, other) = (&self.file(left).known, &self.file(right).known);
            let empty = one.size() == Some(0) && other.size() == Some(0);
            // What differs by size, or by what two lists say, is not read.
            if one.difference(other).is_none() && !empty {
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
        let sizes = |side: &HashMap<Box<Path>, u32>| -> (HashSet<u64>, bool) {
            let sizes = || side.values().map(|&at| self.file(at).known.size());
            (
                sizes().flatten().collect(),
                sizes().any(|size| size.is_none()),
            )
        };
        let [left, right] = [sizes(&self.alone[0]), sizes(&self.alone[1])];
        for (side, (others, any)) in [(0, right), (1, left)] {
            let mut candidates: Vec<u32> = self.alone[side].values().copied().collect();
            candidates.sort_unstable();
            for at in candidates {
                let size = self.file(at).known.size();
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
        let alone = |side: &[u32], is_list: bool| -> Vec<Alone<'_>> {
            let of = |&at: &u32| {
                let File { name, known, .. } = self.file(at);
                let meant = is_list.then(|| with_slashes(name)).flatten();
                let name = meant.map_or(Cow::Borrowed(&**name), Cow::Owned);
                Alone { at, name, known }
            };
            side.iter().map(of).collect()
        };
        let [left_is_list, right_is_list] = self.is_list;
        let moved = moves(
            alone(&left, left_is_list),
            alone(&right, right_is_list),
            |at, other| self.verdict_on(at, other) == Verdict::Same,
        );
        let taken: HashSet<u32> = moved.values().copied().collect();
        for at in left {
            let file = self.file(at);
            let verdict = match moved.get(&at) {
                Some(&to) => Verdict::Moved(self.file(to).name.clone()),
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
            Found::Algorithms(_) | Found::One { .. } | Found::ListItself { .. } => {
                Some(Share::default())
            }
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
            Found::ListItself {
                hand,
                name,
                path,
                seen,
            } => {
                self.list_itself = u32::try_from(self.files.len()).ok();
                (hand, name, Known::File { path, seen })
            }
        };
        let (known, at) = match known {
            Known::File { path, seen } => {
                let mut known = Expected::default();
                known.extend(Some(seen.size), std::iter::empty());
                (known, Some((path, seen)))
            }
            Known::Listed(expected) => (expected, None),
        };
        let number = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        let (own, other) = match hand {
            Hand::Left => (0, 1),
            Hand::Right => (1, 0),
        };
        let mut name = name.into_boxed_path();
        let pair = self.alone[other].remove(&name).map(|counterpart| {
            let (left, right) = match hand {
                Hand::Left => (number, counterpart),
                Hand::Right => (counterpart, number),
            };
            let pair = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
            self.pairs.push(Pair::new(left, right));
            let counterpart = &mut self.files[counterpart as usize];
            counterpart.pair = Some(pair);
            match hand {
                Hand::Left => counterpart.name = no_name(),
                Hand::Right => name = no_name(),
            }
            pair
        });
        if pair.is_none() {
            self.alone[own].insert(name.clone(), number);
        }
        self.files.push(File {
            name,
            known,
            at,
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
            self.files[number].known = Expected::of(size, &each);
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
