//! Results in the order of their paths, however many there are, in bounded memory: what does not fit is sorted
//! and put into temporary files, which are merged in the end. A list of ten million files would otherwise be two
//! gigabytes that have to be there at once.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::name::{path_bytes, path_from_bytes};
use crate::verdict::{FileResult, Mismatch, Note, Verdict};

/// Bytes of results that are held in memory: those of a million files are in no file.
const HELD: usize = 256 * 1024 * 1024;
/// What a result takes beside its path and what its verdict points to, bytes.
const EACH: usize = size_of::<FileResult>() + 32;
/// Read at a time from each file, bytes.
const READ: usize = 64 * 1024;

/// Why results could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("results could not be kept in {}: {source}", folder.display())]
pub struct CannotKeep {
    /// Where they were to be.
    folder: PathBuf,
    source: io::Error,
}

impl From<CannotKeep> for io::Error {
    fn from(error: CannotKeep) -> Self {
        Self::new(error.source.kind(), error)
    }
}

/// Results, to be gone through in the order of their paths.
///
/// ```
/// # use workers::{FileResult, SkipReason, SortedResults, Verdict, CannotKeep};
/// let mut sorted = SortedResults::default();
/// sorted.extend(["b", "a"].map(|path| FileResult {
///     path: path.into(),
///     size: 0,
///     verdict: Verdict::Skipped(SkipReason::Socket),
/// }))?;
/// let mut paths = Vec::new();
/// sorted.try_for_each(|result| -> Result<(), CannotKeep> {
///     paths.push(result.path.clone());
///     Ok(())
/// })?;
/// assert_eq!(paths, ["a", "b"].map(std::path::PathBuf::from));
/// # Ok::<(), CannotKeep>(())
/// ```
pub struct SortedResults {
    newest: Vec<FileResult>,
    /// Bytes that those take.
    held: usize,
    most: usize,
    /// Each sorted. They have no names, and are gone with the program.
    runs: Vec<File>,
    folder: PathBuf,
}

impl Default for SortedResults {
    fn default() -> Self {
        Self::holding(HELD)
    }
}

impl SortedResults {
    fn holding(most: usize) -> Self {
        Self {
            newest: Vec::new(),
            held: 0,
            most,
            runs: Vec::new(),
            folder: roomy_folder(),
        }
    }

    /// Puts results to those that are there.
    ///
    /// # Errors
    /// Where there is no room for a temporary file.
    pub fn extend(
        &mut self,
        results: impl IntoIterator<Item = FileResult>,
    ) -> Result<(), CannotKeep> {
        for result in results {
            self.held += EACH + result.path.as_os_str().len() + beside(&result.verdict);
            self.newest.push(result);
            if self.held >= self.most {
                self.put_aside().map_err(self.cannot())?;
            }
        }
        Ok(())
    }

    fn cannot(&self) -> impl FnOnce(io::Error) -> CannotKeep + use<> {
        let folder = self.folder.clone();
        move |source| CannotKeep { folder, source }
    }

    /// Those of one path (the lines of a list that are wrong have the list's) stay as they came.
    fn sort(&mut self) {
        self.newest
            .sort_by(|a, b| path_bytes(&a.path).cmp(path_bytes(&b.path)));
    }

    fn put_aside(&mut self) -> io::Result<()> {
        self.sort();
        let mut out = BufWriter::with_capacity(READ, tempfile::tempfile_in(&self.folder)?);
        let mut record = Vec::new();
        for result in self.newest.drain(..) {
            let kept = Kept {
                path: path_bytes(&result.path),
                size: result.size,
                verdict: Cow::Borrowed(result.verdict.bare()),
                notes: result.verdict.notes().collect(),
            };
            record = postcard::to_extend(&kept, record).map_err(io::Error::other)?;
            out.write_all(&(record.len() as u64).to_le_bytes())?;
            out.write_all(&record)?;
            record.clear();
        }
        self.runs.push(out.into_inner()?);
        self.held = 0;
        Ok(())
    }

    /// Goes through all of them in the order of their paths, byte by byte, until `each` fails. May be called
    /// again.
    ///
    /// # Errors
    /// That of `each`, and where a temporary file could not be read.
    pub fn try_for_each<E: From<CannotKeep>>(
        &mut self,
        mut each: impl FnMut(&FileResult) -> Result<(), E>,
    ) -> Result<(), E> {
        self.sort();
        let folder = self.folder.clone();
        let cannot = move |source| CannotKeep {
            folder: folder.clone(),
            source,
        };
        let mut heads = BinaryHeap::with_capacity(self.runs.len());
        for (number, file) in self.runs.iter_mut().enumerate() {
            file.rewind().map_err(&cannot)?;
            let mut run = Run {
                records: BufReader::with_capacity(READ, file),
                record: Vec::new(),
            };
            heads.extend(run.next().map_err(&cannot)?.map(|result| Head {
                result,
                number,
                run,
            }));
        }
        let mut newest = self.newest.iter().peekable();
        loop {
            let first = heads.peek_mut();
            let is_next = |result: &&FileResult| {
                first
                    .as_ref()
                    .is_none_or(|head| path_bytes(&result.path) < path_bytes(&head.result.path))
            };
            if let Some(result) = newest.next_if(|result| is_next(result)) {
                each(result)?;
            } else if let Some(mut head) = first {
                each(&head.result)?;
                match head.run.next().map_err(&cannot)? {
                    Some(result) => head.result = result,
                    None => drop(PeekMut::pop(head)),
                }
            } else {
                return Ok(());
            }
        }
    }
}

/// What a verdict points to, bytes.
fn beside(verdict: &Verdict) -> usize {
    match verdict {
        Verdict::Hashed(digests) | Verdict::Verified(digests) => digests.len(),
        Verdict::Failed(mismatch) | Verdict::Different(mismatch) => {
            let digests = match &**mismatch {
                Mismatch::Digest {
                    expected,
                    found,
                    all,
                    ..
                } => expected.len() + found.len() + all.len(),
                Mismatch::Size { .. } => 0,
            };
            size_of::<Mismatch>() + digests
        }
        Verdict::Moved(other) | Verdict::Duplicate(other) => other.as_os_str().len(),
        Verdict::Unreadable(why)
        | Verdict::ChangedWhileReading(why)
        | Verdict::Crashed(why)
        | Verdict::BadLine(why) => why.len(),
        Verdict::Noted(verdict, _) => size_of::<Verdict>() + beside(verdict),
        Verdict::Missing
        | Verdict::New
        | Verdict::Same
        | Verdict::OnlyLeft
        | Verdict::OnlyRight
        | Verdict::TimedOut(_)
        | Verdict::Skipped(_) => 0,
    }
}

/// A result as it is written.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    path: &'a [u8],
    size: u64,
    verdict: Cow<'a, Verdict>,
    /// Beside it, the outermost first.
    notes: Vec<Note>,
}

/// The results of a file, one after the other.
struct Run<'a> {
    records: BufReader<&'a mut File>,
    record: Vec<u8>,
}

impl Run<'_> {
    fn next(&mut self) -> io::Result<Option<FileResult>> {
        let mut length = [0; 8];
        match self.records.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let length = usize::try_from(u64::from_le_bytes(length)).map_err(io::Error::other)?;
        self.record.resize(length, 0);
        self.records.read_exact(&mut self.record)?;
        let kept: Kept<'_> = postcard::from_bytes(&self.record).map_err(io::Error::other)?;
        let path = path_from_bytes(kept.path)
            .ok_or_else(|| io::Error::other("a path is not as it was written"))?;
        let notes = kept.notes.into_iter().rev();
        Ok(Some(FileResult {
            path,
            size: kept.size,
            verdict: notes.fold(kept.verdict.into_owned(), |verdict, note| {
                verdict.noted(Some(note))
            }),
        }))
    }
}

/// The next result of a file. The greatest is the one whose path comes first, of one path the one that came first.
struct Head<'a> {
    result: FileResult,
    /// Of the file.
    number: usize,
    run: Run<'a>,
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        path_bytes(&other.result.path)
            .cmp(path_bytes(&self.result.path))
            .then(other.number.cmp(&self.number))
    }
}
impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Head<'_> {}

/// Where large temporary files belong: `/tmp` is often memory, which is what is to be saved.
fn roomy_folder() -> PathBuf {
    let on_disk = Path::new("/var/tmp");
    if cfg!(unix) && std::env::var_os("TMPDIR").is_none() && on_disk.is_dir() {
        on_disk.to_owned()
    } else {
        std::env::temp_dir()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::SkipReason;

    fn result(number: u64) -> FileResult {
        // Spread out, so that no order of theirs is the order in which they come.
        let spread = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let disagree = Note::ListsDisagree { one_is_met: true };
        let verdict = match number % 5 {
            0 => Verdict::Hashed(spread.to_le_bytes().into()),
            1 => Verdict::Unreadable(format!("reason {number}")),
            2 => Verdict::Missing.noted(Some(disagree)),
            3 => Verdict::Missing
                .noted(Some(disagree))
                .noted(Some(Note::ListedInOtherForm)),
            _ => Verdict::Skipped(SkipReason::Socket),
        };
        FileResult {
            path: format!("{spread:x}/{number}").into(),
            size: number,
            verdict,
        }
    }

    fn in_order(sorted: &mut SortedResults) -> Vec<FileResult> {
        let mut all = Vec::new();
        let gone_through = sorted.try_for_each(|result| {
            all.push(result.clone());
            Ok::<(), CannotKeep>(())
        });
        gone_through.expect("a temporary file can be read");
        all
    }

    #[test]
    fn whatever_is_held_in_memory_the_order_is_that_of_the_paths_and_nothing_is_lost() {
        // Of one path there may be several.
        let result = |number: u64| match number % 10 {
            7 => FileResult {
                path: "5".into(),
                ..result(number)
            },
            _ => result(number),
        };
        let mut expected: Vec<FileResult> = (0..1000).map(result).collect();
        expected.sort_by(|a, b| path_bytes(&a.path).cmp(path_bytes(&b.path)));
        for most in [1, 500, 5_000, 50_000, HELD] {
            let mut sorted = SortedResults::holding(most);
            for some in [0..7, 7..500, 500..1000] {
                sorted.extend(some.map(result)).expect("there is room");
            }
            assert_eq!(sorted.runs.is_empty(), most == HELD);
            assert!(in_order(&mut sorted) == expected, "{most}");
            assert!(in_order(&mut sorted) == expected, "{most}, again");
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_come_back_as_they_were() {
        use std::os::unix::ffi::OsStringExt as _;
        let path = PathBuf::from(std::ffi::OsString::from_vec(vec![b'a', 0xff, b'\n', 0xfe]));
        let mut sorted = SortedResults::holding(1);
        let other = path.as_path();
        let results = [
            Verdict::Hashed(Box::default()),
            Verdict::Moved(other.into()),
            Verdict::Duplicate(other.into()),
        ]
        .map(|verdict| FileResult {
            path: path.clone(),
            size: 1,
            verdict,
        });
        sorted.extend(results.clone()).expect("there is room");
        assert_eq!(in_order(&mut sorted), results);
    }

    #[test]
    fn where_there_is_no_room_the_folder_is_named() {
        let mut sorted = SortedResults::holding(1);
        sorted.folder = PathBuf::from("no such folder");
        let error = sorted
            .extend([result(0)])
            .expect_err("there is no such folder");
        assert!(error.to_string().contains("no such folder"), "{error}");
    }
}
