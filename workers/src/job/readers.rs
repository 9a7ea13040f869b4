//! How many workers read at once. As many as there are, but where heads have to move or the way is narrow, and
//! only while reading is what takes the time: what the system has in memory is on no disk.

use std::time::Duration;

use serde::{Deserialize, Serialize};

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

/// How many may read.
#[derive(Debug)]
pub(crate) struct Readers {
    medium: Medium,
    are_slow: bool,
}

impl Readers {
    pub(crate) fn new(medium: Medium) -> Self {
        Self {
            medium,
            // The first are careful: who finds out too late has the heads go to and fro for a whole group of
            // large files.
            are_slow: true,
        }
    }

    pub(crate) fn medium(&self) -> Medium {
        self.medium
    }

    pub(crate) fn learn(&mut self, reads: Reads) {
        if reads.files > 0 {
            self.are_slow = reads.are_slow();
        }
    }

    /// On what fewer read than could.
    pub(crate) fn care(&self) -> Medium {
        if self.are_slow {
            self.medium
        } else {
            Medium::Any
        }
    }

    /// How many of so many workers.
    pub(crate) fn most(&self, workers: usize) -> usize {
        match self.care() {
            Medium::Any => workers,
            Medium::Network => workers.min(ACROSS_A_NETWORK),
            Medium::Rotating => workers.min(1),
        }
    }

    /// How many large files one worker reads side by side, of as many as there are lanes for.
    pub(crate) fn together(&self, lanes: usize) -> usize {
        match self.care() {
            Medium::Any => lanes,
            Medium::Network => lanes.min(ACROSS_A_NETWORK),
            Medium::Rotating => lanes.min(1),
        }
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
        assert_eq!((readers.most(8), readers.together(16)), (1, 1));
        readers.learn(reads(500, 15 * MIB, 9));
        assert_eq!((readers.most(8), readers.together(16)), (8, 16));
        // A film, at 200 MB/s.
        readers.learn(reads(1, 2000 * MIB, 10_000));
        assert_eq!(readers.most(8), 1);
        readers.learn(Reads::default());
        assert_eq!(readers.most(8), 1);
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
    }
}
