//! Reading one file and digesting it, a step at a time, so that whoever drives it can stop,
//! wait, report, or hand the half-read file to somebody else.

use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::algorithm::{Algorithm, Hasher};
use crate::cancel::Stopped;
use crate::tasks::sha256x2::{self, Message};
use crate::tasks::walk::{Seen, skip_reason};
use crate::verdict::Verdict;

/// Bytes read at a time. Fits the second-level cache together with the hashers' state; measured
/// from 16 KiB to 1 MiB, 64 KiB to 256 KiB differ by less than the noise. Not a memory map: a
/// mapped file that shrinks kills the process with a bus error.
pub(crate) const STEP: usize = 128 * 1024;

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

/// What one worker needs to hash any number of files.
pub(crate) struct Engine {
    hashers: Vec<Box<dyn Hasher>>,
    buffer: Box<[u8]>,
    /// For a second file at once; empty until there is one.
    second: Box<[u8]>,
}

/// A file that somebody began to read, with the hashers that hold its beginning.
pub(crate) struct HalfRead {
    pub(crate) path: PathBuf,
    pub(crate) reading: Reading,
    pub(crate) engine: Engine,
}

/// Where a worker is: which file of its batch, how many others with it at once, bytes done and
/// to do in all of those.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) index: u32,
    pub(crate) more: u32,
    pub(crate) done: u64,
    pub(crate) size: u64,
}

/// Whether several large files at once take less time than one after the other.
pub(crate) fn together_pays(algorithms: &[Algorithm]) -> bool {
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

    /// Hashes a batch, in order or all `together`. `step` is called before each read, and
    /// `settle` for each file.
    ///
    /// # Errors
    /// [`Stopped`] when `step` says so; the engine must then not be used again.
    pub(crate) fn hash_batch<'a>(
        &mut self,
        files: impl ExactSizeIterator<Item = (&'a Path, Seen, Extent)>,
        together: bool,
        mut step: impl FnMut(Position) -> Result<(), Stopped>,
        mut settle: impl FnMut(u64, Verdict),
    ) -> Result<(), Stopped> {
        if together {
            for (read, verdict) in self.hash_together(files.map(|(path, ..)| path), step)? {
                settle(read, verdict);
            }
            return Ok(());
        }
        for ((path, seen, extent), index) in files.zip(0..) {
            let (read, verdict) = self.hash(path, seen, extent, |done, size| {
                step(Position {
                    index,
                    more: 0,
                    done,
                    size,
                })
            })?;
            settle(read, verdict);
        }
        Ok(())
    }

    fn hash(
        &mut self,
        path: &Path,
        seen: Seen,
        extent: Extent,
        mut step: impl FnMut(u64, u64) -> Result<(), Stopped>,
    ) -> Result<(u64, Verdict), Stopped> {
        let unreadable = |error: io::Error| (0, Verdict::Unreadable(error.to_string()));
        let mut file = match open_without_waiting(path) {
            Ok(file) => file,
            Err(error) => return Ok(unreadable(error)),
        };
        let at_once = (1..self.buffer.len() as u64).contains(&seen.size)
            && extent.of(seen.size) == seen.size
            && seen.modified != 0;
        if at_once {
            step(0, seen.size)?;
            if let Some(digests) = self.hash_at_once(&mut file, seen) {
                return Ok((seen.size, Verdict::Hashed(digests)));
            }
        }
        let mut reading = match Reading::of(file, extent) {
            Ok(reading) => reading,
            Err(verdict) => return Ok((0, verdict)),
        };
        if at_once && let Err(error) = reading.file.rewind() {
            return Ok(unreadable(error));
        }
        loop {
            step(reading.done, reading.end())?;
            match reading.step(self) {
                Step::More => {}
                Step::End(verdict) => return Ok((reading.done, verdict)),
            }
        }
    }

    /// A small file in one read. That it is now as the walk saw it shows that nobody wrote to it
    /// meanwhile, so it need not be looked at before it is read: one system call in six. `None`
    /// if it is not, which settles nothing: it may have been written to before it was opened.
    fn hash_at_once(&mut self, file: &mut File, seen: Seen) -> Option<Box<[u8]>> {
        let read = read_some(file, &mut self.buffer).ok()?;
        let after = file.metadata().ok()?;
        if read as u64 != seen.size || !after.is_file() || Seen::from(&after) != seen {
            return None;
        }
        for hasher in &mut self.hashers {
            hasher.update(&self.buffer[..read]);
        }
        Some(self.finish())
    }

    fn finish(&mut self) -> Box<[u8]> {
        let mut digests = Vec::new();
        for hasher in &mut self.hashers {
            hasher.finish_into(&mut digests);
        }
        digests.into_boxed_slice()
    }

    /// SHA-256 of several files, always of the two with the most left, block by block side by
    /// side, see [`sha256x2`]: so they end together and none goes the last part alone.
    fn hash_together<'a>(
        &mut self,
        paths: impl Iterator<Item = &'a Path>,
        mut step: impl FnMut(Position) -> Result<(), Stopped>,
    ) -> Result<Vec<(u64, Verdict)>, Stopped> {
        if self.second.is_empty() {
            self.second = vec![0; STEP].into_boxed_slice();
        }
        let mut streams: Vec<Stream> = paths.map(Stream::open).collect();
        loop {
            let of_all = |part: fn(&Stream) -> u64| streams.iter().map(part).sum();
            let position = Position {
                index: 0,
                more: streams.len().saturating_sub(1) as u32,
                done: of_all(Stream::done),
                size: of_all(Stream::size),
            };
            let mut open: Vec<&mut Stream> = streams.iter_mut().filter(|s| s.is_open()).collect();
            open.sort_unstable_by_key(|stream| std::cmp::Reverse(stream.left()));
            match open.as_mut_slice() {
                [] => break,
                [only] => {
                    step(position)?;
                    only.advance(&mut self.buffer);
                }
                [a, b, ..] => {
                    step(position)?;
                    Stream::advance_both(a, b, &mut self.buffer, &mut self.second);
                }
            }
        }
        Ok(streams.into_iter().map(Stream::close).collect())
    }
}

/// One of several files that are hashed together.
enum Stream {
    Open { reading: Reading, message: Message },
    Ended { read: u64, verdict: Verdict },
}

impl Stream {
    fn open(path: &Path) -> Self {
        match Reading::open(path) {
            Ok(reading) => Self::Open {
                reading,
                message: Message::new(),
            },
            Err(verdict) => Self::Ended { read: 0, verdict },
        }
    }

    fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }

    fn done(&self) -> u64 {
        match self {
            Self::Open { reading, .. } => reading.done,
            Self::Ended { read, .. } => *read,
        }
    }

    fn size(&self) -> u64 {
        match self {
            Self::Open { reading, .. } => reading.size(),
            Self::Ended { read, .. } => *read,
        }
    }

    fn left(&self) -> u64 {
        self.size().saturating_sub(self.done())
    }

    fn fill(&mut self, buffer: &mut [u8]) -> Result<(usize, bool), Verdict> {
        match self {
            Self::Open { reading, .. } => reading.fill(buffer),
            Self::Ended { .. } => Ok((0, false)),
        }
    }

    fn advance(&mut self, buffer: &mut [u8]) {
        let filled = self.fill(buffer);
        self.take(filled, buffer, 0);
    }

    /// The next part of both.
    fn advance_both(a: &mut Self, b: &mut Self, buffer_a: &mut [u8], buffer_b: &mut [u8]) {
        let (filled_a, filled_b) = (a.fill(buffer_a), b.fill(buffer_b));
        let mut both = 0;
        if let (Ok((read_a, _)), Ok((read_b, _))) = (&filled_a, &filled_b)
            && let (Self::Open { message: a, .. }, Self::Open { message: b, .. }) =
                (&mut *a, &mut *b)
        {
            both = sha256x2::update_both(a, b, &buffer_a[..*read_a], &buffer_b[..*read_b]);
        }
        a.take(filled_a, buffer_a, both);
        b.take(filled_b, buffer_b, both);
    }

    /// Digests what was read, but for its beginning that was digested already.
    fn take(&mut self, filled: Result<(usize, bool), Verdict>, buffer: &[u8], from: usize) {
        let Self::Open { reading, message } = self else {
            return;
        };
        let verdict = match filled {
            Err(verdict) => verdict,
            Ok((read, false)) => return message.update(&buffer[from..read]),
            Ok((read, true)) => {
                let message = std::mem::replace(message, Message::new());
                reading.verdict(message.finish(&buffer[from..read]).into())
            }
        };
        *self = Self::Ended {
            read: reading.done,
            verdict,
        };
    }

    fn close(self) -> (u64, Verdict) {
        match self {
            Self::Ended { read, verdict } => (read, verdict),
            Self::Open { reading, .. } => (
                reading.done,
                Verdict::Unreadable("it was not read to its end".to_owned()),
            ),
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

pub(crate) enum Step {
    More,
    End(Verdict),
}

impl Reading {
    /// Opens a file for hashing.
    pub(crate) fn open(path: &Path) -> Result<Self, Verdict> {
        let unreadable = |error: io::Error| Verdict::Unreadable(error.to_string());
        Self::of(
            open_without_waiting(path).map_err(unreadable)?,
            Extent::Whole,
        )
    }

    fn of(file: File, extent: Extent) -> Result<Self, Verdict> {
        let unreadable = |error: io::Error| Verdict::Unreadable(error.to_string());
        let before = file.metadata().map_err(unreadable)?;
        if before.is_file() {
            if extent.of(before.len()) > 4 * STEP as u64 {
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
    fn end(&self) -> u64 {
        self.extent.of(self.size())
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
        let digests = engine.finish();
        Step::End(self.verdict(digests))
    }

    /// Fills the buffer, but for the end of the file; says how much came and whether that was
    /// the end.
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(usize, bool), Verdict> {
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
