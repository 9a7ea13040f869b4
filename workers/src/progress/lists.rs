//! How far the reading of checksum files is, which comes before everything else and may take
//! minutes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counted by the thread that reads, for all lists of a job together.
#[derive(Debug, Default)]
pub(crate) struct ListsReading {
    bytes: AtomicU64,
    done_bytes: AtomicU64,
    lines: AtomicU64,
    under_way: AtomicBool,
}

/// Checksum files that are being read, at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListsReadNow {
    /// Their sizes added up, bytes. Of what has no size, such as a pipe, 0.
    pub bytes: u64,
    /// What has been read of that.
    pub done_bytes: u64,
    /// Lines of that which list a file, or cannot be understood.
    pub lines: u64,
}

impl ListsReadNow {
    /// How much has been read, from 0 to 1; `None` where nobody knows how much there is.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.bytes > 0).then(|| (self.done_bytes as f64 / self.bytes as f64).min(1.0))
    }
}

impl ListsReading {
    /// Lists of so many bytes altogether are about to be read.
    pub(crate) fn begin(&self, bytes: u64) {
        self.bytes.store(bytes, Ordering::Relaxed);
        self.under_way.store(true, Ordering::Release);
    }

    pub(crate) fn read(&self, bytes: u64) {
        self.done_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn line(&self) {
        self.lines.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn end(&self) {
        self.under_way.store(false, Ordering::Release);
    }

    /// `None` while no list is being read.
    pub(crate) fn now(&self) -> Option<ListsReadNow> {
        self.under_way
            .load(Ordering::Acquire)
            .then(|| ListsReadNow {
                bytes: self.bytes.load(Ordering::Relaxed),
                done_bytes: self.done_bytes.load(Ordering::Relaxed),
                lines: self.lines.load(Ordering::Relaxed),
            })
    }
}
