//! What has been settled so far: everything a summary needs.

use std::sync::Arc;
use std::time::Instant;

use super::drill::Damage;
use crate::event::{Ending, Summary};
use crate::medium::Medium;
use crate::process::usage::CpuClock;
use crate::verdict::{Counts, FileResult};

pub(crate) struct Ledger {
    counts: Counts,
    bytes: u64,
    started: Instant,
    cpu: CpuClock,
}

impl Ledger {
    pub(crate) fn new(cpu: CpuClock) -> Self {
        Self {
            counts: Counts::default(),
            bytes: 0,
            started: Instant::now(),
            cpu,
        }
    }

    /// When the job began.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    pub(crate) fn count(&mut self, result: &FileResult) {
        self.counts.add(result.verdict.kind());
    }

    /// So many bytes of a file that was read as far as it was to be.
    pub(crate) fn read(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    pub(crate) fn close(&self, ending: Ending, found: u64) -> Summary {
        Summary {
            ending,
            found,
            algorithms: Arc::default(),
            instructions: Vec::new(),
            counts: self.counts,
            not_reached: found.saturating_sub(self.counts.total()),
            bytes: self.bytes,
            wall: self.started.elapsed(),
            cpu: self.cpu.elapsed(),
            workers: Vec::new(),
            damage: Damage::default(),
            left_out: 0,
            medium: Medium::Any,
            forecast: None,
            guesses: Arc::default(),
        }
    }
}
