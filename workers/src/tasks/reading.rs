//! Reading one file a part at a time, and telling whether it changed meanwhile.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::open::open;
use super::walk::{Seen, skip_reason};
use crate::verdict::Verdict;

/// Of a file of more bytes the system is told that it will be read from end to end.
const AHEAD: u64 = 512 * 1024;

/// How much of a file is to be hashed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Extent {
    #[default]
    Whole,
    /// Its first [`HEAD`] bytes, or all of a shorter one.
    Head,
}

/// The head of a file, bytes: what most files of one size that are not the same differ in, for it
/// holds titles, dates and the first of the content. Less would take as long, as a disk gives so
/// much at once.
pub(crate) const HEAD: u64 = 64 * 1024;

impl Extent {
    /// How many bytes of a file of so many that is.
    pub(crate) fn of(self, size: u64) -> u64 {
        match self {
            Self::Whole => size,
            Self::Head => size.min(HEAD),
        }
    }
}

/// A file that is being read.
pub(crate) struct Reading {
    file: File,
    before: Metadata,
    extent: Extent,
    /// Bytes read so far.
    pub(crate) done: u64,
}

impl Reading {
    /// Opens a file for hashing.
    pub(crate) fn open(path: &Path) -> Result<Self, Verdict> {
        Self::of(open(path), Extent::Whole)
    }

    /// Of a file as it was opened.
    pub(crate) fn of(opened: io::Result<File>, extent: Extent) -> Result<Self, Verdict> {
        let unreadable = |error: io::Error| Verdict::Unreadable(error.to_string());
        let file = opened.map_err(unreadable)?;
        let before = file.metadata().map_err(unreadable)?;
        if before.is_file() {
            if extent.of(before.len()) > AHEAD {
                expect_sequential(&file);
            }
            Ok(Self {
                file,
                before,
                extent,
                done: 0,
            })
        } else if before.is_dir() {
            Err(Verdict::Unreadable("is now a folder".to_owned()))
        } else {
            // It was a file when the walk saw it.
            Err(Verdict::Skipped(skip_reason(before.file_type())))
        }
    }

    /// The file as it was when it was opened.
    pub(crate) fn before(&self) -> Seen {
        Seen::from(&self.before)
    }

    /// The size when it was opened, bytes.
    pub(crate) fn size(&self) -> u64 {
        self.before.len()
    }

    /// Where reading is to end: that size, or the end of the head.
    pub(crate) fn end(&self) -> u64 {
        self.extent.of(self.size())
    }

    /// Fills the buffer, but for the end of the file; says how much came and whether that was
    /// the end.
    pub(crate) fn fill(&mut self, buffer: &mut [u8]) -> Result<(usize, bool), Verdict> {
        // Never past the size at opening: a log that grows as fast as it is read would not end.
        // Files that claim no size (in /proc, say) are read until they end.
        let unknown = self.size() == 0;
        let left = self.end().saturating_sub(self.done);
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
        Ok((read, grows || (!unknown && self.done == self.end())))
    }

    /// What a file that was read to its end is worth.
    pub(crate) fn verdict(&self, digests: Box<[u8]>) -> Verdict {
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
        if self.size() > 0 && self.done < self.end() {
            return Some(format!("only {} of {} bytes came", self.done, self.end()));
        }
        // Where a system keeps no modification time there is nothing to compare.
        let (Ok(before), Ok(after)) = (self.before.modified(), after.modified()) else {
            return None;
        };
        (self.size() > 0 && before != after).then(|| "it was written to meanwhile".to_owned())
    }
}

pub(crate) fn read_some(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Tells the system to read ahead further than it does by itself. Only advice: errors are none.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn expect_sequential(file: &File) {
    use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
    let _ = posix_fadvise(file, 0, 0, PosixFadviseAdvice::POSIX_FADV_SEQUENTIAL);
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
fn expect_sequential(_file: &File) {}
