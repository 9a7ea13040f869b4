//! The rows of the results table. The window's thread appends; sorting, filtering, saving and
//! copying work on a [`Snapshot`] elsewhere. Both share the same blocks of packed rows: as workers
//! give them, ten million would be gigabytes.

mod packed;

use std::cmp::Ordering;
use std::sync::Arc;

use workers::{Counts, FileResult, Verdict};

pub(crate) use packed::Row;
use packed::{Block, Packing};

/// Rows in a sealed block. A snapshot copies fewer than this.
const IN_BLOCK: usize = 1024;

/// All results of one run, in the order in which they came.
#[derive(Default)]
pub(crate) struct Results {
    sealed: Vec<Arc<Block>>,
    open: Packing,
    counts: Counts,
    wasted: u64,
}

impl Results {
    pub(crate) fn append(&mut self, rows: Vec<FileResult>) {
        for row in rows {
            self.counts.add(row.verdict.kind());
            if let Verdict::Duplicate(_) = row.verdict {
                self.wasted += row.size;
            }
            self.open.push(row);
            if self.open.len() == IN_BLOCK {
                let full = std::mem::take(&mut self.open);
                self.sealed.push(Arc::new(full.seal()));
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.sealed.len() * IN_BLOCK + self.open.len()
    }

    pub(crate) fn get(&self, row: usize) -> Option<FileResult> {
        let sealed = self.sealed.get(row / IN_BLOCK).map(|block| &**block);
        let block =
            sealed.or_else(|| (row / IN_BLOCK == self.sealed.len()).then(|| self.open.so_far()));
        block?.get(row % IN_BLOCK).map(|row| row.unpack())
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Bytes of all duplicates.
    pub(crate) fn wasted(&self) -> u64 {
        self.wasted
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut blocks = self.sealed.clone();
        if self.open.len() > 0 {
            blocks.push(Arc::new(self.open.so_far().clone()));
        }
        Snapshot {
            blocks,
            rows: self.len(),
        }
    }
}

/// The rows as they were at one moment, for another thread.
#[derive(Clone)]
pub(crate) struct Snapshot {
    /// All but the last are full.
    blocks: Vec<Arc<Block>>,
    rows: usize,
}

impl Snapshot {
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    pub(crate) fn get(&self, row: usize) -> Option<Row<'_>> {
        self.blocks.get(row / IN_BLOCK)?.get(row % IN_BLOCK)
    }

    /// From this one on.
    pub(crate) fn rows_from(&self, first: usize) -> impl Iterator<Item = Row<'_>> {
        (first..self.rows).map_while(|row| self.get(row))
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows_from(0)
    }

    /// Those that `wanted` takes, in the order of their paths.
    pub(crate) fn by_path(&self, wanted: impl Fn(&Row<'_>) -> bool) -> ByPath<'_> {
        let wanted = (0..).zip(self.rows()).filter(|(_, row)| wanted(row));
        let mut order: Vec<u32> = wanted.map(|(row, _)| row).collect();
        let path = |row: u32| self.get(row as usize);
        order.sort_unstable_by(|&a, &b| {
            let paths = path(a).zip(path(b));
            let ordering = paths.map_or(Ordering::Equal, |(a, b)| a.cmp_paths(&b));
            ordering.then(a.cmp(&b))
        });
        ByPath {
            snapshot: self,
            order,
        }
    }
}

/// Rows in the order of their paths. Numbers, as rows themselves would take as much as the snapshot.
pub(crate) struct ByPath<'a> {
    snapshot: &'a Snapshot,
    order: Vec<u32>,
}

impl ByPath<'_> {
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let get = |&row: &u32| self.snapshot.get(row as usize);
        self.order.iter().filter_map(get)
    }
}

/// Frees a million rows somewhere else: that takes longer than a frame.
pub(crate) fn discard(results: Results) {
    if results.len() < 10_000 {
        return;
    }
    // If no thread can be had they are freed here after all.
    let _ = std::thread::Builder::new()
        .name("discard".to_owned())
        .spawn(move || drop(results));
}
