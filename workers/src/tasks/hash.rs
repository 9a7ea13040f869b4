//! Reading one file and digesting it, a step at a time, so that whoever drives it can stop,
//! wait, report, or hand the half-read file to somebody else.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

use crate::algorithm::{Algorithm, Hasher};
use crate::cancel::Stopped;
use crate::tasks::sha256x2::{self, Message};
use crate::tasks::walk::skip_reason;
use crate::verdict::Verdict;

/// Bytes read at a time. Fits the second-level cache together with the hashers' state; measured
/// from 16 KiB to 1 MiB, 64 KiB to 256 KiB differ by less than the noise. Not a memory map: a
/// mapped file that shrinks kills the process with a bus error.
pub(crate) const STEP: usize = 128 * 1024;

/// What one worker needs to hash any number of files.
pub(crate) struct Engine {
    hashers: Vec<Box<dyn Hasher>>,
    buffer: Box<[u8]>,
    /// For the second file of a pair; empty until there is one.
    second: Box<[u8]>,
}

/// Where a worker is: which file of its batch, how many of a pair come with it, bytes done and
/// to do in all of those.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    pub(crate) index: u32,
    pub(crate) more: u32,
    pub(crate) done: u64,
    pub(crate) size: u64,
}

/// Whether two large files at once take less time than one after the other.
pub(crate) fn pairs_pay(algorithms: &[Algorithm]) -> bool {
    algorithms == [Algorithm::Sha256] && sha256x2::is_fast()
}

impl Engine {
    pub(crate) fn new(algorithms: &[Algorithm]) -> Self {
        Self {
            hashers: algorithms.iter().map(|a| a.hasher()).collect(),
            buffer: vec![0; STEP].into_boxed_slice(),
            second: Box::default(),
        }
    }

    /// Hashes a batch, in order; a pair both at once. `step` is called before each read, and
    /// `settle` for each file.
    ///
    /// # Errors
    /// [`Stopped`] when `step` says so; the engine must then not be used again.
    pub(crate) fn hash_batch<'a>(
        &mut self,
        paths: impl ExactSizeIterator<Item = &'a Path>,
        pair: bool,
        mut step: impl FnMut(Position) -> Result<(), Stopped>,
        mut settle: impl FnMut(u64, Verdict),
    ) -> Result<(), Stopped> {
        let mut paths = paths.zip(0u32..).peekable();
        while let Some((path, index)) = paths.next() {
            if pair && let Some((other, _)) = paths.next() {
                let position = |done, size| Position {
                    index,
                    more: 1,
                    done,
                    size,
                };
                let results =
                    self.hash_pair(path, other, |done, size| step(position(done, size)))?;
                for (read, verdict) in results {
                    settle(read, verdict);
                }
            } else {
                let position = |done, size| Position {
                    index,
                    more: 0,
                    done,
                    size,
                };
                let (read, verdict) = self.hash(path, |done, size| step(position(done, size)))?;
                settle(read, verdict);
            }
        }
        Ok(())
    }

    fn hash(
        &mut self,
        path: &Path,
        mut step: impl FnMut(u64, u64) -> Result<(), Stopped>,
    ) -> Result<(u64, Verdict), Stopped> {
        let mut reading = match Reading::open(path) {
            Ok(reading) => reading,
            Err(verdict) => return Ok((0, verdict)),
        };
        loop {
            step(reading.done, reading.size())?;
            match reading.step(self) {
                Step::More => {}
                Step::End(verdict) => return Ok((reading.done, verdict)),
            }
        }
    }

    /// SHA-256 of two files, block by block side by side, see [`sha256x2`].
    fn hash_pair(
        &mut self,
        first: &Path,
        second: &Path,
        mut step: impl FnMut(u64, u64) -> Result<(), Stopped>,
    ) -> Result<[(u64, Verdict); 2], Stopped> {
        let (mut a, mut b) = match (Reading::open(first), Reading::open(second)) {
            (Ok(a), Ok(b)) => (a, b),
            // With one of them gone there is nothing to pair; the other goes alone.
            (Err(verdict), _) => return Ok([(0, verdict), self.hash(second, step)?]),
            (_, Err(verdict)) => return Ok([self.hash(first, step)?, (0, verdict)]),
        };
        if self.second.is_empty() {
            self.second = vec![0; STEP].into_boxed_slice();
        }
        let size = a.size() + b.size();
        let (mut message_a, mut message_b) = (Some(Message::new()), Some(Message::new()));
        let (mut end_a, mut end_b) = (None, None);
        while end_a.is_none() || end_b.is_none() {
            step(a.done + b.done, size)?;
            let part_a = a.part(&mut self.buffer, &mut end_a);
            let part_b = b.part(&mut self.second, &mut end_b);
            let both = match (&mut message_a, &mut message_b) {
                (Some(a), Some(b)) => sha256x2::update_both(a, b, part_a, part_b),
                _ => 0,
            };
            for (message, part, reading, end) in [
                (&mut message_a, &part_a[both..], &a, &mut end_a),
                (&mut message_b, &part_b[both..], &b, &mut end_b),
            ] {
                let Some(running) = message else {
                    continue;
                };
                match end {
                    None => running.update(part),
                    Some(Ended::Unreadable(_)) => *message = None,
                    Some(whole @ Ended::Whole) => {
                        let digest = message.take().map(|message| message.finish(part));
                        *whole = Ended::Settled(reading.verdict(digest.unwrap_or_default().into()));
                    }
                    Some(Ended::Settled(_)) => {}
                }
            }
        }
        let verdict = |end: Option<Ended>| match end {
            Some(Ended::Unreadable(verdict) | Ended::Settled(verdict)) => verdict,
            Some(Ended::Whole) | None => {
                Verdict::Unreadable("it was not read to its end".to_owned())
            }
        };
        Ok([(a.done, verdict(end_a)), (b.done, verdict(end_b))])
    }
}

/// How the reading of one file of a pair came to its end.
enum Ended {
    Unreadable(Verdict),
    /// Everything was read; the digest is still to be made.
    Whole,
    Settled(Verdict),
}

/// A file that is being read.
pub(crate) struct Reading {
    file: File,
    before: Metadata,
    /// Bytes read so far.
    pub(crate) done: u64,
}

pub(crate) enum Step {
    More,
    End(Verdict),
}

impl Reading {
    /// Opens a file for hashing.
    pub(crate) fn open(path: &Path) -> Result<Self, Verdict> {
        let unreadable = |error: io::Error| Verdict::Unreadable(error.to_string());
        let file = open_without_waiting(path).map_err(unreadable)?;
        let before = file.metadata().map_err(unreadable)?;
        if before.is_file() {
            if before.len() > 4 * STEP as u64 {
                expect_sequential(&file);
            }
            Ok(Self {
                file,
                before,
                done: 0,
            })
        } else if before.is_dir() {
            Err(Verdict::Unreadable("is now a folder".to_owned()))
        } else {
            // It was a file when the walk saw it.
            Err(Verdict::Skipped(skip_reason(before.file_type())))
        }
    }

    /// The size when it was opened, bytes.
    pub(crate) fn size(&self) -> u64 {
        self.before.len()
    }

    /// Reads and digests the next part.
    pub(crate) fn step(&mut self, engine: &mut Engine) -> Step {
        let Engine {
            hashers, buffer, ..
        } = engine;
        let (read, at_end) = match self.fill(buffer) {
            Ok(filled) => filled,
            Err(verdict) => {
                // The digest of a part must not leak into the next file.
                let mut scrap = Vec::new();
                for hasher in hashers {
                    hasher.finish_into(&mut scrap);
                }
                return Step::End(verdict);
            }
        };
        for hasher in &mut *hashers {
            hasher.update(&buffer[..read]);
        }
        if !at_end {
            return Step::More;
        }
        let mut digests = Vec::new();
        for hasher in hashers {
            hasher.finish_into(&mut digests);
        }
        Step::End(self.verdict(digests.into_boxed_slice()))
    }

    /// The next part of a file of a pair; empty once it has ended.
    fn part<'b>(&mut self, buffer: &'b mut [u8], end: &mut Option<Ended>) -> &'b [u8] {
        if end.is_some() {
            return &[];
        }
        match self.fill(buffer) {
            Ok((read, at_end)) => {
                if at_end {
                    *end = Some(Ended::Whole);
                }
                &buffer[..read]
            }
            Err(verdict) => {
                *end = Some(Ended::Unreadable(verdict));
                &[]
            }
        }
    }

    /// Fills the buffer, but for the end of the file; says how much came and whether that was
    /// the end.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(usize, bool), Verdict> {
        // Never past the size at opening: a log that grows as fast as it is read would not end.
        // Files that claim no size (in /proc, say) are read until they end.
        let unknown = self.size() == 0;
        let left = self.size().saturating_sub(self.done);
        let want = match usize::try_from(left) {
            Ok(left) if !unknown => left.min(buffer.len()),
            _ => buffer.len(),
        };
        let mut read = 0;
        while read < want {
            match read_some(&mut self.file, &mut buffer[read..want]) {
                Ok(0) => {
                    self.done += read as u64;
                    return Ok((read, true));
                }
                Ok(some) => read += some,
                Err(error) => {
                    return Err(Verdict::Unreadable(format!(
                        "{error}, after {} of {} bytes",
                        self.done + read as u64,
                        self.size()
                    )));
                }
            }
        }
        self.done += read as u64;
        // One that was empty and now grows as fast as it is read would not end either.
        let grows = unknown && self.file.metadata().is_ok_and(|now| now.len() > 0);
        Ok((read, grows || (!unknown && self.done == self.size())))
    }

    /// What a file that was read to its end is worth.
    fn verdict(&self, digests: Box<[u8]>) -> Verdict {
        match self.change() {
            None => Verdict::Hashed(digests),
            Some(what) => Verdict::ChangedWhileReading(what),
        }
    }

    fn change(&self) -> Option<String> {
        let after = match self.file.metadata() {
            Ok(after) => after,
            Err(error) => return Some(error.to_string()),
        };
        if after.len() != self.size() {
            return Some(format!(
                "its size went from {} to {} bytes",
                self.size(),
                after.len()
            ));
        }
        if self.size() > 0 && self.done < self.size() {
            return Some(format!("only {} of {} bytes came", self.done, self.size()));
        }
        // Where a system keeps no modification time there is nothing to compare.
        let (Ok(before), Ok(after)) = (self.before.modified(), after.modified()) else {
            return None;
        };
        (self.size() > 0 && before != after).then(|| "it was written to meanwhile".to_owned())
    }
}

fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Opens for reading. On Unix without waiting: should a named pipe have taken the file's place
/// since the walk, a plain open would hang until somebody writes to it.
fn open_without_waiting(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = nix::fcntl::OFlag::O_NONBLOCK | nix::fcntl::OFlag::O_NOCTTY;
        options.custom_flags(flags.bits());
    }
    options.open(path)
}

/// Tells the system to read ahead further than it does by itself. Only advice: errors are none.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn expect_sequential(file: &File) {
    use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
    let _ = posix_fadvise(file, 0, 0, PosixFadviseAdvice::POSIX_FADV_SEQUENTIAL);
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
fn expect_sequential(_file: &File) {}
