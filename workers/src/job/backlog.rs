//! The files that wait for a worker, and how they are bundled.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use super::forecast::{Ahead, Amount};
use crate::tasks::bundle::Item;

/// A file of this size or more travels alone, so that progress, cancelling and a worker's death
/// are about one file. At 1.4 GB/s it takes 3 ms, thirty times the round trip to a worker.
const LARGE: u64 = 4 * 1024 * 1024;
/// A bundle of small files ends at this many bytes ...
const BATCH_BYTES: u64 = 4 * 1024 * 1024;
/// ... or this many files: some 3 ms of work either way. A bundle takes four hand-overs between
/// threads and two system calls; at 64 files to a bundle, those took a fifth of the time.
const BATCH_FILES: usize = 512;
/// A worker may have a second bundle waiting while no more than this many bytes are in its
/// hands: that hides the round trip, and yet nobody sits on work that another could do.
pub(crate) const AHEAD_BYTES: u64 = 6 * 1024 * 1024;
/// Large files that a worker gets at once where that pays: two, or the last three.
const GROUP: usize = 3;
/// Where both kinds wait, a sample of the small files goes first, and another after so many bytes of
/// large ones: what small files cost is to be known long before only they are left, or nobody could
/// say when the job will be over.
const SAMPLE_EVERY: u64 = 64 * 1024 * 1024;
/// A sample is so many runs of neighbours, from evenly all over those that wait: all in one run would be
/// of one kind, and single ones would each cost a cold disk a way of its own.
const RUNS: usize = 8;
const RUN: usize = 8;

/// Files for one worker.
pub(crate) struct Batch {
    pub(crate) items: Arc<[Item]>,
    /// To be hashed all at once, not one after the other.
    pub(crate) together: bool,
}

/// Grows to the number of files below the roots: the walk runs ahead so that the window can say
/// how much there is. What is bounded is everything behind it.
pub(crate) struct Backlog {
    /// Largest first: the last file to be taken should not be the longest.
    large: BinaryHeap<BySize>,
    large_bytes: u64,
    small: VecDeque<Item>,
    small_bytes: u64,
    /// Bytes of large files since a sample of the small ones.
    since_sample: u64,
    /// Files that lost their worker, or may be what one hangs on; each goes out alone.
    suspects: VecDeque<Item>,
    /// Large files at once take less time than one after the other.
    together: bool,
}

impl Default for Backlog {
    fn default() -> Self {
        Self {
            large: BinaryHeap::new(),
            large_bytes: 0,
            small: VecDeque::new(),
            small_bytes: 0,
            since_sample: SAMPLE_EVERY,
            suspects: VecDeque::new(),
            together: false,
        }
    }
}

struct BySize(Item);

impl Ord for BySize {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.bytes().cmp(&other.0.bytes())
    }
}
impl PartialOrd for BySize {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for BySize {
    fn eq(&self, other: &Self) -> bool {
        self.0.bytes() == other.0.bytes()
    }
}
impl Eq for BySize {}

impl Backlog {
    pub(crate) fn set_together(&mut self, together: bool) {
        self.together = together;
    }

    pub(crate) fn push(&mut self, item: Item) {
        if item.deaths > 0 {
            self.suspects.push_back(item);
        } else if item.bytes() >= LARGE {
            self.large_bytes += item.bytes();
            self.large.push(BySize(item));
        } else {
            self.small_bytes += item.bytes();
            self.small.push_back(item);
        }
    }

    /// A file that is to go alone, for whatever reason.
    pub(crate) fn push_alone(&mut self, item: Item) {
        self.suspects.push_back(item);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn len(&self) -> usize {
        self.large.len() + self.small.len() + self.suspects.len()
    }

    pub(crate) fn clear(&mut self) {
        *self = Self {
            together: self.together,
            ..Self::default()
        };
    }

    /// How much it is.
    pub(crate) fn ahead(&self) -> Ahead {
        let mut all = Amount::new(
            self.small.len() + self.large.len(),
            self.small_bytes + self.large_bytes,
        );
        let mut largest = self.large.peek().map_or(0, |item| item.0.bytes());
        for item in &self.suspects {
            all.add(Amount::new(1, item.bytes()));
            largest = largest.max(item.bytes());
        }
        Ahead { all, largest }
    }

    /// The next bundle. `sharers` of `workers` want one: with little left, each gets a part.
    /// `in_hand`: bytes that all workers together still have to do.
    pub(crate) fn take(&mut self, sharers: usize, workers: usize, in_hand: u64) -> Option<Batch> {
        let mut together = false;
        let items: Vec<Item> = if let Some(item) = self.suspects.pop_front() {
            vec![item]
        } else if let Some(items) = self.sample() {
            items
        } else if let Some(item) = self.largest(u64::MAX) {
            let items = self.group(item, workers, in_hand);
            together = items.len() > 1;
            items
        } else {
            self.smalls(sharers)
        };
        if items.is_empty() {
            return None;
        }
        Some(Batch {
            items: Arc::from(items),
            together,
        })
    }

    /// The largest file, and others to go with it: as many as are this worker's fair share of
    /// what is left, for two cores beat one that does two files. Of many, two; a share of three
    /// is taken whole, or the third would be left to go alone.
    fn group(&mut self, largest: Item, workers: usize, in_hand: u64) -> Vec<Item> {
        let mut items = vec![largest];
        if !self.together {
            return items;
        }
        let size = Item::bytes;
        let mut bytes = size(&items[0]);
        let share = (in_hand + self.large_bytes + bytes) / workers.max(1) as u64;
        while items.len() <= GROUP
            && let Some(item) = self.largest(share.saturating_sub(bytes))
        {
            bytes += size(&item);
            items.push(item);
        }
        if items.len() > GROUP {
            for item in items.drain(2..) {
                self.push(item);
            }
        }
        items
    }

    fn smalls(&mut self, sharers: usize) -> Vec<Item> {
        let fair = self.small.len().div_ceil(sharers.max(1));
        let limit = fair.clamp(1, BATCH_FILES);
        let mut bytes = 0;
        let mut items = Vec::with_capacity(limit);
        while items.len() < limit && bytes < BATCH_BYTES {
            let Some(item) = self.small.pop_front() else {
                break;
            };
            bytes += item.bytes();
            items.push(item);
        }
        self.small_bytes -= bytes;
        items
    }

    /// A sample of the small files, if it is time for one. In the place of each comes one from the
    /// front: the disk likes small files in the order of their folder, and few are moved.
    fn sample(&mut self) -> Option<Vec<Item>> {
        let stride = self.small.len() / RUNS;
        if self.large.is_empty() || self.since_sample < SAMPLE_EVERY || stride < 2 * RUN {
            return None;
        }
        self.since_sample = 0;
        let places =
            (0..RUNS).flat_map(|run| (0..RUN).map(move |place| run * stride + stride / 2 + place));
        let items: Vec<Item> = places
            .filter_map(|place| self.small.swap_remove_front(place))
            .collect();
        self.small_bytes -= items.iter().map(|item| item.bytes()).sum::<u64>();
        Some(items)
    }

    /// The largest file, if it has no more than `limit` bytes.
    fn largest(&mut self, limit: u64) -> Option<Item> {
        if self.large.peek()?.0.bytes() > limit {
            return None;
        }
        let BySize(item) = self.large.pop()?;
        self.large_bytes -= item.bytes();
        self.since_sample += item.bytes();
        Some(item)
    }
}
