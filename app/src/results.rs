//! The rows of the results table. The window's thread appends; sorting, filtering, saving and
//! copying work on a [`Snapshot`] elsewhere. Rows are moved in as they came and never cloned but
//! for the last, unsealed thousand.

use std::sync::Arc;

use workers::{Counts, FileResult, Verdict};

/// Rows in a sealed chunk, at least. A snapshot clones fewer rows than this.
const SEAL_AT: usize = 1024;

type Chunk = Arc<Vec<FileResult>>;

/// All results of one run, in the order in which they came.
#[derive(Default)]
pub(crate) struct Results {
    sealed: Sealed,
    open: Vec<FileResult>,
    counts: Counts,
    wasted: u64,
}

#[derive(Clone, Default)]
struct Sealed {
    chunks: Vec<Chunk>,
    /// Number of rows up to the end of each chunk.
    ends: Vec<usize>,
}

impl Sealed {
    fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    fn push(&mut self, chunk: Vec<FileResult>) {
        self.ends.push(self.len() + chunk.len());
        self.chunks.push(Arc::new(chunk));
    }

    fn get(&self, row: usize) -> Option<&FileResult> {
        let chunk = self.ends.partition_point(|&end| end <= row);
        let start = if chunk == 0 { 0 } else { self.ends[chunk - 1] };
        self.chunks.get(chunk)?.get(row - start)
    }
}

impl Results {
    pub(crate) fn append(&mut self, mut rows: Vec<FileResult>) {
        for row in &rows {
            self.counts.add(row.verdict.kind());
            if let Verdict::Duplicate(_) = row.verdict {
                self.wasted += row.size;
            }
        }
        if self.open.is_empty() && rows.len() >= SEAL_AT {
            self.sealed.push(rows);
        } else {
            self.open.append(&mut rows);
            if self.open.len() >= SEAL_AT {
                self.sealed.push(std::mem::take(&mut self.open));
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.sealed.len() + self.open.len()
    }

    pub(crate) fn get(&self, row: usize) -> Option<&FileResult> {
        self.sealed
            .get(row)
            .or_else(|| self.open.get(row.checked_sub(self.sealed.len())?))
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Bytes of all duplicates.
    pub(crate) fn wasted(&self) -> u64 {
        self.wasted
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut sealed = self.sealed.clone();
        if !self.open.is_empty() {
            sealed.push(self.open.clone());
        }
        Snapshot(sealed)
    }
}

/// The rows as they were at one moment, for another thread.
#[derive(Clone)]
pub(crate) struct Snapshot(Sealed);

impl Snapshot {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, row: usize) -> Option<&FileResult> {
        self.0.get(row)
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &FileResult> {
        self.0.chunks.iter().flat_map(|chunk| chunk.iter())
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
