//! One file after the other and one message at a time, a step at a time, so that whoever drives it can stop,
//! wait, or hand the half-read file to somebody else: for work on the window's own thread.

use std::path::PathBuf;

use super::reading::Reading;
use crate::algorithm::{Algorithm, Hasher};
use crate::verdict::Verdict;

/// Bytes read at a time. Fits the second-level cache together with the hashers' state; measured
/// from 16 KiB to 1 MiB, 64 KiB to 256 KiB differ by less than the noise. Not a memory map: a
/// mapped file that shrinks kills the process with a bus error.
const STEP: usize = 128 * 1024;

/// Hashers and a buffer, for one file after the other.
pub(crate) struct Solo {
    hashers: Vec<Box<dyn Hasher>>,
    buffer: Box<[u8]>,
}

/// A file that somebody began to read, with the hashers that hold its beginning.
pub(crate) struct HalfRead {
    pub(crate) path: PathBuf,
    pub(crate) reading: Reading,
    pub(crate) solo: Solo,
}

pub(crate) enum Step {
    More,
    End(Verdict),
}

impl Solo {
    pub(crate) fn new(algorithms: &[Algorithm]) -> Self {
        Self {
            hashers: algorithms.iter().map(|a| a.hasher()).collect(),
            buffer: vec![0; STEP].into_boxed_slice(),
        }
    }

    /// Reads and digests the next part.
    pub(crate) fn step(&mut self, reading: &mut Reading) -> Step {
        let filled = reading.fill(&mut self.buffer);
        if let Ok((read, at_end)) = filled {
            for hasher in &mut self.hashers {
                hasher.update(&self.buffer[..read]);
            }
            if !at_end {
                return Step::More;
            }
        }
        // Also after an error: the digest of a part must not leak into the next file.
        let mut digests = Vec::new();
        for hasher in &mut self.hashers {
            hasher.finish_into(&mut digests);
        }
        Step::End(match filled {
            Ok(_) => reading.verdict(digests.into_boxed_slice()),
            Err(verdict) => verdict,
        })
    }
}
