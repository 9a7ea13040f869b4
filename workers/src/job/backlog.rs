//! The files that wait for a worker, and how they are bundled.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use super::forecast::{Ahead, Amount};
use crate::tasks::bundle::Item;

/// A file of this size or more travels alone, so that progress, cancelling and a worker's death
/// are about one file. At 1.4 GB/s it takes 3 ms, thirty times the round trip to a worker.
pub(crate) const LARGE: u64 = 4 * 1024 * 1024;
/// A bundle of small files ends at this many bytes: of fewer, those of a megabyte or more are so few that most
/// lanes stay empty ...
const BATCH_BYTES: u64 = 16 * 1024 * 1024;
/// ... or this many files: some 3 ms of work either way. A bundle takes four hand-overs between
/// threads and two system calls; at 64 files to a bundle, those took a fifth of the time.
const BATCH_FILES: usize = 512;
/// 2^64 over the golden ratio: multiples of it, modulo 2^64, are always spread out.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
/// A worker may have a second bundle waiting while no more than this many bytes are in its
/// hands: that hides the round trip, and yet nobody sits on work that another could do.
pub(crate) const AHEAD_BYTES: u64 = 24 * 1024 * 1024;

/// When large files may go: how they are best grouped and shared out is known when all are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Large {
    /// As soon as a worker has hands for them.
    Now,
    /// When no small ones are left to do first.
    AfterSmall,
    /// Not yet.
    Later,
}

/// Files for one worker.
pub(crate) struct Batch {
    pub(crate) items: Arc<[Item]>,
}

/// Grows to the number of files below the roots: the walk runs ahead so that the window can say
/// how much there is. What is bounded is everything behind it.
#[derive(Default)]
pub(crate) struct Backlog {
    /// Largest first: the last file to be taken should not be the longest.
    large: BinaryHeap<BySize>,
    large_bytes: u64,
    small: Smalls,
    /// What has been taken of each.
    large_taken: Amount,
    small_taken: Amount,
    /// Files that lost their worker, or may be what one hangs on; each goes out alone.
    suspects: VecDeque<Item>,
    /// So many large files at once take less time than one after the other.
    together: usize,
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

/// Small files, as bundles of neighbours: a disk likes them in the order of their folder.
#[derive(Default)]
struct Smalls {
    bundles: Vec<Vec<Item>>,
    /// The bundle that is not full yet, and its bytes.
    filling: Vec<Item>,
    filled: u64,
    files: usize,
    bytes: u64,
    /// Where the next bundle is from, as a part of 2^64 of all that wait.
    place: u64,
}

impl Smalls {
    fn push(&mut self, item: Item) {
        self.files += 1;
        self.bytes += item.bytes();
        self.filled += item.bytes();
        self.filling.push(item);
        if self.filling.len() >= BATCH_FILES || self.filled >= BATCH_BYTES {
            self.filled = 0;
            self.bundles.push(std::mem::take(&mut self.filling));
        }
    }

    /// A bundle, or the part of one that is fair where little is left, in files and in bytes. Each is
    /// from somewhere else: the first tenth of a folder may be in memory and the rest of it not, and who
    /// foretells from that tenth is wrong by the ratio of the two.
    fn take(&mut self, sharers: usize) -> Vec<Item> {
        let fair = self.files.div_ceil(sharers.max(1)).max(1);
        let fair_bytes = self.bytes.div_ceil(sharers.max(1) as u64);
        let mut items = if self.bundles.is_empty() {
            self.filled = 0;
            std::mem::take(&mut self.filling)
        } else {
            self.place = self.place.wrapping_add(GOLDEN);
            let place = (u128::from(self.place) * self.bundles.len() as u128) >> 64;
            self.bundles.swap_remove(place as usize)
        };
        let mut bytes = 0;
        let fit = items.iter().take_while(|item| {
            let before = bytes;
            bytes += item.bytes();
            before == 0 || bytes <= fair_bytes
        });
        let fair = fit.count().min(fair);
        if items.len() > fair {
            self.bundles.push(items.split_off(fair));
        }
        self.files -= items.len();
        self.bytes -= items.iter().map(Item::bytes).sum::<u64>();
        items
    }
}

impl Backlog {
    pub(crate) fn set_together(&mut self, together: usize) {
        self.together = together;
    }

    pub(crate) fn push(&mut self, item: Item) {
        if item.deaths > 0 {
            self.suspects.push_back(item);
        } else if item.bytes() >= LARGE {
            self.large_bytes += item.bytes();
            self.large.push(BySize(item));
        } else {
            self.small.push(item);
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
        self.large.len() + self.small.files + self.suspects.len()
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
            self.small.files + self.large.len(),
            self.small.bytes + self.large_bytes,
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
    pub(crate) fn take(
        &mut self,
        sharers: usize,
        workers: usize,
        in_hand: u64,
        large: Large,
    ) -> Option<Batch> {
        let small_first = large != Large::Now && self.small.files > 0;
        let items: Vec<Item> = if let Some(item) = self.suspects.pop_front() {
            vec![item]
        } else if small_first || self.small_are_due() {
            let items = self.small.take(sharers);
            self.small_taken.add(Amount::of(&items));
            items
        } else if large == Large::Later {
            Vec::new()
        } else if let Some(item) = self.largest(u64::MAX) {
            self.group(item, workers, in_hand)
        } else {
            Vec::new()
        };
        if items.is_empty() {
            return None;
        }
        Some(Batch {
            items: Arc::from(items),
        })
    }

    /// Of both kinds the same part is done at any time: with all large ones first, what small ones cost
    /// would be known only when nothing else is left, and nobody could say before when the job will be
    /// over.
    fn small_are_due(&self) -> bool {
        let small = Amount::new(self.small.files, self.small.bytes).in_bytes();
        let large = Amount::new(self.large.len(), self.large_bytes).in_bytes();
        small > 0
            && (large == 0
                || self.small_taken.in_bytes() * large < self.large_taken.in_bytes() * small)
    }

    /// The largest file, and others to go with it: as many as are this worker's fair share of
    /// what is left, for two cores beat one that does two files. Of many, as many as there are
    /// lanes; a share of half as many more is taken whole, or those would be left to go alone.
    fn group(&mut self, largest: Item, workers: usize, in_hand: u64) -> Vec<Item> {
        let mut items = vec![largest];
        if self.together < 2 {
            return items;
        }
        let most = self.together + self.together / 2;
        let size = Item::bytes;
        let mut bytes = size(&items[0]);
        let share = (in_hand + self.large_bytes + bytes) / workers.max(1) as u64;
        while items.len() <= most
            && let Some(item) = self.largest(share.saturating_sub(bytes))
        {
            bytes += size(&item);
            items.push(item);
        }
        if items.len() > most {
            for item in items.drain(self.together..) {
                let back = Amount::new(1, item.bytes());
                self.large_taken = self.large_taken.less(back);
                self.push(item);
            }
        }
        items
    }

    /// The largest file, if it has no more than `limit` bytes.
    fn largest(&mut self, limit: u64) -> Option<Item> {
        if self.large.peek()?.0.bytes() > limit {
            return None;
        }
        let BySize(item) = self.large.pop()?;
        self.large_bytes -= item.bytes();
        self.large_taken.add(Amount::new(1, item.bytes()));
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tasks::walk::Seen;

    fn item(key: u32, size: u64) -> Item {
        let seen = Seen { size, modified: 0 };
        Item::new(key.to_string().into(), seen, key)
    }

    #[test]
    fn of_both_kinds_the_same_part_is_done_at_any_time_and_each_file_once() {
        let mut backlog = Backlog::default();
        for key in 0..20_000 {
            backlog.push(item(key, 1000));
        }
        for key in 20_000..20_100 {
            backlog.push(item(key, LARGE * 3));
        }
        let (mut small, mut large, mut keys) = (0, 0, Vec::new());
        while let Some(batch) = backlog.take(1, 2, 0, Large::Now) {
            for item in &*batch.items {
                if item.bytes() < LARGE {
                    small += 1;
                } else {
                    large += 1;
                }
                keys.push(item.key);
            }
            let (small, large) = (f64::from(small) / 20_000.0, f64::from(large) / 100.0);
            assert!((small - large).abs() < 0.04, "{small} {large}");
        }
        keys.sort_unstable();
        assert!(keys.into_iter().eq(0..20_100));
        assert!(backlog.is_empty() && backlog.ahead().all == Amount::default());
    }

    #[test]
    fn a_tenth_of_the_small_files_is_from_all_over_the_folder() {
        let mut backlog = Backlog::default();
        for key in 0..100_000 {
            backlog.push(item(key, 100));
        }
        let mut tenths = [0; 10];
        for _ in 0..20 {
            for item in &*backlog
                .take(1, 2, 0, Large::Now)
                .expect("there are more")
                .items
            {
                tenths[item.key as usize / 10_000] += 1;
            }
        }
        assert!(tenths.iter().all(|&files| files >= 512), "{tenths:?}");
    }

    #[test]
    fn the_last_small_files_are_shared_out() {
        let mut backlog = Backlog::default();
        for key in 0..400 {
            backlog.push(item(key, 100));
        }
        let first = backlog
            .take(2, 2, 0, Large::Now)
            .expect("there are 400")
            .items
            .len();
        let second = backlog
            .take(1, 2, 0, Large::Now)
            .expect("there are 200")
            .items
            .len();
        assert_eq!((first, second), (200, 200));
    }

    #[test]
    fn large_files_wait_until_it_is_known_how_they_are_best_shared_out() {
        let mut backlog = Backlog::default();
        backlog.set_together(8);
        for key in 0..16 {
            backlog.push(item(key, LARGE));
        }
        assert!(backlog.take(2, 2, 0, Large::Later).is_none());
        backlog.push(item(16, 1000));
        let first = backlog.take(2, 2, 0, Large::AfterSmall);
        let first = first.expect("a small one is there");
        assert_eq!(first.items[0].key, 16);
        let halves = [0, 8 * LARGE].map(|in_hand| {
            let half = backlog.take(2, 2, in_hand, Large::Now);
            half.expect("there are 16").items.len()
        });
        assert_eq!(halves, [8, 8]);
        assert!(backlog.is_empty());
    }

    #[test]
    fn the_last_bytes_are_shared_out_as_the_last_files_are() {
        let mut backlog = Backlog::default();
        for key in 0..6 {
            backlog.push(item(key, LARGE / 2));
        }
        let first = backlog.take(2, 2, 0, Large::Now).expect("there are 6");
        let second = backlog.take(1, 2, 0, Large::Now).expect("there are 3");
        assert_eq!([first.items.len(), second.items.len()], [3, 3]);
    }
}
