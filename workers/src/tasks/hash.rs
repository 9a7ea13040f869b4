//! Reading one file and digesting it, a step at a time, so that whoever drives it can stop,
//! wait, report, or hand the half-read file to somebody else.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

use crate::algorithm::{Algorithm, Hasher};
use crate::cancel::Stopped;
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
}

impl Engine {
    pub(crate) fn new(algorithms: &[Algorithm]) -> Self {
        Self {
            hashers: algorithms.iter().map(|a| a.hasher()).collect(),
            buffer: vec![0; STEP].into_boxed_slice(),
        }
    }

    /// Hashes one file. `step` is called before each read with the bytes done and the size.
    ///
    /// # Errors
    /// [`Stopped`] when `step` says so; the engine must then not be used again.
    pub(crate) fn hash(
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
        // Never past the size at opening: a log that grows as fast as it is read would not end.
        // Files that claim no size (in /proc, say) are read until they end.
        let left = self.size().saturating_sub(self.done);
        let want = if self.size() == 0 {
            STEP
        } else {
            usize::try_from(left).unwrap_or(STEP).min(STEP)
        };
        let read = if want == 0 {
            0
        } else {
            match read_some(&mut self.file, &mut engine.buffer[..want]) {
                Ok(read) => read,
                Err(error) => {
                    // The digest of a part must not leak into the next file.
                    let mut scrap = Vec::new();
                    for hasher in &mut engine.hashers {
                        hasher.finish_into(&mut scrap);
                    }
                    return Step::End(Verdict::Unreadable(format!(
                        "{error}, after {} of {} bytes",
                        self.done,
                        self.size()
                    )));
                }
            }
        };
        for hasher in &mut engine.hashers {
            hasher.update(&engine.buffer[..read]);
        }
        self.done += read as u64;
        let at_end = if self.size() == 0 {
            read == 0
        } else {
            read == 0 || self.done == self.size()
        };
        if at_end {
            let mut digests = Vec::new();
            for hasher in &mut engine.hashers {
                hasher.finish_into(&mut digests);
            }
            Step::End(match self.change() {
                None => Verdict::Hashed(digests.into_boxed_slice()),
                Some(what) => Verdict::ChangedWhileReading(what),
            })
        } else {
            Step::More
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
