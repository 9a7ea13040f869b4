//! How many workers read at once. As many as there are, but where heads have to move or the way is narrow, and
//! only while reading is what takes the time: what the system has in memory is on no disk.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::backlog::LARGE;
use crate::medium::Medium;

/// Of folders on another machine so many are read at once: one waits for each answer, and with more than some
/// the other side begins to look for them all over its disks.
const ACROSS_A_NETWORK: usize = 4;
/// Reading that takes longer than this is from a disk: of a file that is in memory, opening and closing takes a
/// tenth of it ...
const EACH_FILE: Duration = Duration::from_micros(200);
/// ... and a gigabyte less than half a second; no disk with heads gives half as much.
const BYTES_PER_SECOND: f64 = 0.5e9;

/// What reading took.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reads {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) took: Duration,
}

impl Reads {
    fn are_slow(self) -> bool {
        let files = EACH_FILE.as_secs_f64() * self.files as f64;
        self.took.as_secs_f64() > files + self.bytes as f64 / BYTES_PER_SECOND
    }
}

/// What has been seen of reading files of one kind, lately.
#[derive(Clone, Copy, Debug, Default)]
struct Lately {
    /// Seconds that slow reads took, and others; each time, what was before counts half.
    slow: f64,
    other: f64,
}

impl Lately {
    fn learn(&mut self, reads: Reads) {
        self.slow /= 2.0;
        self.other /= 2.0;
        let kind = if reads.are_slow() {
            &mut self.slow
        } else {
            &mut self.other
        };
        *kind += reads.took.as_secs_f64();
    }

    /// `None`: none has been read.
    fn is_slow(&self) -> Option<bool> {
        (self.slow + self.other > 0.0).then_some(self.slow > self.other)
    }
}

/// How many may read.
#[derive(Debug)]
pub(crate) struct Readers {
    medium: Medium,
    /// That small files are in memory says nothing of the large ones beside them.
    small: Lately,
    large: Lately,
}

impl Readers {
    pub(crate) fn new(medium: Medium) -> Self {
        Self {
            medium,
            small: Lately::default(),
            large: Lately::default(),
        }
    }

    pub(crate) fn medium(&self) -> Medium {
        self.medium
    }

    pub(crate) fn learn(&mut self, reads: Reads) {
        if reads.files == 0 {
            return;
        }
        let kind = if reads.bytes / reads.files >= LARGE {
            &mut self.large
        } else {
            &mut self.small
        };
        kind.learn(reads);
    }

    /// On what fewer read than could. The first are careful: who finds out too late has the heads go to and fro.
    pub(crate) fn care(&self) -> Medium {
        match (self.small.is_slow(), self.large.is_slow()) {
            (Some(false), Some(false) | None) | (None, Some(false)) => Medium::Any,
            _ => self.medium,
        }
    }

    /// How many of so many workers.
    pub(crate) fn most(&self, workers: usize) -> usize {
        workers.min(at_once(self.care()))
    }

    /// How many large files one worker reads side by side, of as many as there are lanes for.
    pub(crate) fn together(&self, lanes: usize) -> usize {
        lanes.min(at_once(self.care_of_large()))
    }

    /// Whether another large file may be begun, with so many workers at some.
    pub(crate) fn may_begin_large(&self, others: usize) -> bool {
        others < at_once(self.care_of_large())
    }

    fn care_of_large(&self) -> Medium {
        match self.large.is_slow() {
            Some(false) => Medium::Any,
            Some(true) | None => self.medium,
        }
    }
}

fn at_once(care: Medium) -> usize {
    match care {
        Medium::Any => usize::MAX,
        Medium::Network => ACROSS_A_NETWORK,
        Medium::Rotating => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn reads(files: u64, bytes: u64, milliseconds: u64) -> Reads {
        Reads {
            files,
            bytes,
            took: Duration::from_millis(milliseconds),
        }
    }

    #[test]
    fn one_reads_from_a_disk_with_heads_until_it_turns_out_to_be_in_memory() {
        let mut readers = Readers::new(Medium::Rotating);
        assert_eq!((readers.most(8), readers.together(16)), (1, 1));
        // 500 files of 30 KiB at 8 ms each.
        readers.learn(reads(500, 15 * MIB, 4000));
        assert_eq!(readers.most(8), 1);
        // A few that the system has read ahead are no sign yet.
        readers.learn(reads(500, 15 * MIB, 9));
        assert_eq!(readers.most(8), 1);
        (0..10).for_each(|_| readers.learn(reads(500, 15 * MIB, 9)));
        assert_eq!(readers.most(8), 8);
        readers.learn(Reads::default());
        assert_eq!(readers.most(8), 8);
    }

    #[test]
    fn that_small_files_are_in_memory_says_nothing_of_large_ones() {
        let mut readers = Readers::new(Medium::Rotating);
        readers.learn(reads(500, 15 * MIB, 9));
        assert_eq!((readers.most(8), readers.together(16)), (8, 1));
        assert!(readers.may_begin_large(0) && !readers.may_begin_large(1));
        // A film, at 200 MB/s.
        readers.learn(reads(1, 2000 * MIB, 10_000));
        assert_eq!((readers.most(8), readers.together(16)), (1, 1));
        let mut readers = Readers::new(Medium::Rotating);
        readers.learn(reads(1, 2000 * MIB, 100));
        assert_eq!((readers.most(8), readers.together(16)), (8, 16));
        assert!(readers.may_begin_large(7));
    }

    #[test]
    fn a_few_read_across_a_network_and_all_from_what_is_fast() {
        let mut readers = Readers::new(Medium::Network);
        assert_eq!((readers.most(8), readers.most(2)), (4, 2));
        readers.learn(reads(1, 100 * MIB, 1000));
        assert_eq!(readers.most(8), 4);
        let mut readers = Readers::new(Medium::Any);
        readers.learn(reads(500, 15 * MIB, 4000));
        assert_eq!((readers.most(8), readers.together(16)), (8, 16));
        assert!(readers.may_begin_large(7));
    }
}
