//! Rows as bytes, one after another. A row as workers give it is three pieces of memory (itself, its path, its
//! digests) and takes twice what is in them; and most of a path is the folder that it shares with its neighbours.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;

use workers::{FileResult, Verdict, VerdictKind, path_bytes, path_from_bytes};

/// Some rows, in the order in which they came.
#[derive(Clone, Default)]
pub(super) struct Block {
    /// Of each row numbers, name and digests.
    bytes: Vec<u8>,
    /// Where each row begins in them.
    rows: Vec<usize>,
    /// Each once, with what parts it from a name.
    folders: Vec<u8>,
    /// Where each folder is in them.
    folder_at: Vec<Range<usize>>,
    /// What became of those rows that have more to say than digests.
    others: Vec<Verdict>,
}

/// A block that is being filled.
#[derive(Default)]
pub(super) struct Packing {
    block: Block,
    /// Which folder is which.
    numbers: HashMap<Box<[u8]>, usize>,
    /// That of the last row, which is most often that of the next.
    folder: usize,
}

/// A row has its digests in itself and says so, or it says which of the others its verdict is.
const HASHED: u64 = 0;
const VERIFIED: u64 = 1;
const OTHERS: u64 = 2;

impl Packing {
    pub(super) fn len(&self) -> usize {
        self.block.rows.len()
    }

    pub(super) fn push(&mut self, row: FileResult) {
        let path = path_bytes(&row.path);
        let is_separator = |&byte: &u8| byte.is_ascii() && std::path::is_separator(byte.into());
        let name_at = path.iter().rposition(is_separator).map_or(0, |at| at + 1);
        let (folder, name) = path.split_at(name_at);
        self.enter(folder);
        let Block {
            bytes,
            rows,
            others,
            ..
        } = &mut self.block;
        let (what, digests) = match row.verdict {
            Verdict::Hashed(digests) => (HASHED, digests),
            Verdict::Verified(digests) => (VERIFIED, digests),
            other => {
                others.push(other);
                (OTHERS + others.len() as u64 - 1, Box::default())
            }
        };
        rows.push(bytes.len());
        for number in [self.folder as u64, what, row.size, name.len() as u64] {
            put(bytes, number);
        }
        bytes.extend_from_slice(name);
        bytes.extend_from_slice(&digests);
    }

    /// Makes this the folder of the next row.
    fn enter(&mut self, folder: &[u8]) {
        if self.block.folder(self.folder) == Some(folder) {
            return;
        }
        self.folder = self.numbers.get(folder).copied().unwrap_or_else(|| {
            let Block {
                folders, folder_at, ..
            } = &mut self.block;
            let start = folders.len();
            folders.extend_from_slice(folder);
            folder_at.push(start..folders.len());
            let number = folder_at.len() - 1;
            self.numbers.insert(folder.into(), number);
            number
        });
    }

    pub(super) fn so_far(&self) -> &Block {
        &self.block
    }

    pub(super) fn seal(self) -> Block {
        let mut block = self.block;
        block.bytes.shrink_to_fit();
        block.rows.shrink_to_fit();
        block.folders.shrink_to_fit();
        block.folder_at.shrink_to_fit();
        block.others.shrink_to_fit();
        block
    }
}

impl Block {
    fn folder(&self, number: usize) -> Option<&[u8]> {
        self.folders.get(self.folder_at.get(number)?.clone())
    }

    pub(super) fn get(&self, row: usize) -> Option<Row<'_>> {
        let start = *self.rows.get(row)?;
        let end = self.rows.get(row + 1).copied();
        let mut rest = self.bytes.get(start..end.unwrap_or(self.bytes.len()))?;
        let folder = usize::try_from(take(&mut rest)?).ok()?;
        let what = take(&mut rest)?;
        let size = take(&mut rest)?;
        let name = usize::try_from(take(&mut rest)?).ok()?;
        let (name, digests) = rest.split_at_checked(name)?;
        Some(Row {
            folder: self.folder(folder)?,
            name,
            size,
            verdict: match what {
                HASHED => Packed::Hashed(digests),
                VERIFIED => Packed::Verified(digests),
                other => {
                    let number = usize::try_from(other - OTHERS).ok()?;
                    Packed::Other(self.others.get(number)?)
                }
            },
        })
    }
}

/// Seven bits a byte, the lowest first; the highest bit says that there are more. Most numbers of a row are small.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in (0..u64::BITS).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << place;
        if byte <= 0x7f {
            break;
        }
    }
    Some(number)
}

/// A row where it lies.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    folder: &'a [u8],
    name: &'a [u8],
    size: u64,
    verdict: Packed<'a>,
}

#[derive(Clone, Copy)]
enum Packed<'a> {
    Hashed(&'a [u8]),
    Verified(&'a [u8]),
    Other(&'a Verdict),
}

impl<'a> Row<'a> {
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn kind(&self) -> VerdictKind {
        match self.verdict {
            Packed::Hashed(_) | Packed::Verified(_) => VerdictKind::Ok,
            Packed::Other(verdict) => verdict.kind(),
        }
    }

    /// As [`Verdict::digests`].
    pub(crate) fn digests(&self) -> Option<&'a [u8]> {
        match self.verdict {
            Packed::Hashed(digests) | Packed::Verified(digests) => Some(digests),
            Packed::Other(verdict) => verdict.digests(),
        }
    }

    /// What became of it, where that is not all said by digests.
    pub(crate) fn other(&self) -> Option<&'a Verdict> {
        match self.verdict {
            Packed::Other(verdict) => Some(verdict),
            Packed::Hashed(_) | Packed::Verified(_) => None,
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        let bytes = [self.folder, self.name].concat();
        // The bytes of a path are one again; nothing would be shown of a row that is not there.
        path_from_bytes(&bytes)
            .unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned().into())
    }

    /// By the bytes of their paths.
    pub(crate) fn cmp_paths(&self, other: &Row<'_>) -> Ordering {
        if self.folder == other.folder {
            return self.name.cmp(other.name);
        }
        cmp_joined([self.folder, self.name], [other.folder, other.name])
    }

    /// As the workers gave it.
    pub(crate) fn unpack(&self) -> FileResult {
        FileResult {
            path: self.path(),
            size: self.size,
            verdict: match self.verdict {
                Packed::Hashed(digests) => Verdict::Hashed(digests.into()),
                Packed::Verified(digests) => Verdict::Verified(digests.into()),
                Packed::Other(verdict) => verdict.clone(),
            },
        }
    }
}

/// As if the two halves of each were one.
fn cmp_joined<'a>(mut a: [&'a [u8]; 2], mut b: [&'a [u8]; 2]) -> Ordering {
    loop {
        for halves in [&mut a, &mut b] {
            if halves[0].is_empty() {
                *halves = [halves[1], &[]];
            }
        }
        let both = a[0].len().min(b[0].len());
        let (a_begins, a_rest) = a[0].split_at(both);
        let (b_begins, b_rest) = b[0].split_at(both);
        let ordering = a_begins.cmp(b_begins);
        if ordering.is_ne() {
            return ordering;
        }
        if both == 0 {
            return a_rest.len().cmp(&b_rest.len());
        }
        (a[0], b[0]) = (a_rest, b_rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use workers::{Algorithm, Mismatch};

    /// Numbers without an order, the same in every run.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, end: usize) -> usize {
            self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            (self.0 >> 33) as usize % end
        }

        fn digests(&mut self) -> Box<[u8]> {
            (0..self.below(70)).map(|_| self.below(256) as u8).collect()
        }

        fn verdict(&mut self) -> Verdict {
            match self.below(6) {
                0 | 1 => Verdict::Hashed(self.digests()),
                2 => Verdict::Verified(self.digests()),
                3 => Verdict::Missing,
                4 => Verdict::Duplicate(Path::new("a/b").into()),
                _ => Verdict::Failed(Box::new(Mismatch::Digest {
                    algorithm: Algorithm::Sha256,
                    expected: self.digests(),
                    found: self.digests(),
                    all: Box::default(),
                })),
            }
        }

        /// Of few letters, so that folders repeat and paths begin alike; now and then a long one.
        fn path(&mut self) -> String {
            let long = self.below(8) == 0;
            let letters = ["a", "b", "/", "é", "a/", "\\"];
            (0..self.below(if long { 300 } else { 8 }))
                .map(|_| letters[self.below(letters.len())])
                .collect()
        }
    }

    #[test]
    fn rows_come_back_as_they_were_and_their_paths_are_in_order() {
        let mut numbers = Numbers(7);
        for _ in 0..200 {
            let rows: Vec<FileResult> = (0..numbers.below(40))
                .map(|_| FileResult {
                    path: numbers.path().into(),
                    size: u64::MAX >> numbers.below(64),
                    verdict: numbers.verdict(),
                })
                .collect();
            let mut packing = Packing::default();
            rows.iter().cloned().for_each(|row| packing.push(row));
            for block in [packing.so_far().clone(), packing.seal()] {
                assert!(block.get(rows.len()).is_none());
                let packed = |index| block.get(index).expect("it was pushed");
                for (index, row) in rows.iter().enumerate() {
                    let one = packed(index);
                    assert_eq!(one.unpack(), *row);
                    assert_eq!(one.size(), row.size);
                    assert_eq!(one.kind(), row.verdict.kind());
                    assert_eq!(one.digests(), row.verdict.digests());
                    for (other, path) in rows.iter().map(|row| path_bytes(&row.path)).enumerate() {
                        let as_bytes = path_bytes(&row.path).cmp(path);
                        assert_eq!(one.cmp_paths(&packed(other)), as_bytes);
                    }
                }
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_text_comes_back_byte_by_byte() {
        use std::os::unix::ffi::OsStrExt as _;
        let row = FileResult {
            path: std::ffi::OsStr::from_bytes(b"a\xff/\xfe\n").into(),
            size: 1,
            verdict: Verdict::Missing,
        };
        let mut packing = Packing::default();
        packing.push(row.clone());
        assert_eq!(packing.seal().get(0).map(|one| one.unpack()), Some(row));
    }
}
