//! What checksum files say of files, one entry a file however many lists name it.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use crate::algorithm::Algorithm;
use crate::manifest::Format;
use crate::manifest::read::{self, Item, ListReader, ReadError};
use crate::verdict::{FileResult, Mismatch, Verdict};

/// What a file should be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected {
    /// Bytes, where a list says.
    pub(crate) size: Option<u64>,
    /// More than one of one algorithm where lists disagree: then nothing can be right.
    pub(crate) digests: Vec<(Algorithm, Box<[u8]>)>,
}

impl Expected {
    /// How a file of this size and these digests differs from it; `None` if it does not.
    pub(crate) fn mismatch(&self, size: u64, digests: &Each<'_>) -> Option<Mismatch> {
        if let Some(expected) = self.size.filter(|&expected| expected != size) {
            return Some(Mismatch::Size {
                expected,
                found: size,
            });
        }
        self.digests.iter().find_map(|(algorithm, expected)| {
            let found = digests.get(*algorithm)?;
            (*found != **expected).then(|| Mismatch::Digest {
                algorithm: *algorithm,
                expected: expected.clone(),
                found: found.into(),
            })
        })
    }
}

/// The digests of a file as they stand one after another.
#[derive(Clone, Copy)]
pub(crate) struct Each<'a> {
    pub(crate) algorithms: &'a [Algorithm],
    pub(crate) digests: &'a [u8],
}

impl<'a> Each<'a> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Algorithm, &'a [u8])> + use<'a> {
        let mut rest = self.digests;
        self.algorithms.iter().map(move |&algorithm| {
            let (digest, more) = rest.split_at(algorithm.digest_len().min(rest.len()));
            rest = more;
            (algorithm, digest)
        })
    }

    fn get(&self, algorithm: Algorithm) -> Option<&'a [u8]> {
        self.iter()
            .find_map(|(of, digest)| (of == algorithm).then_some(digest))
    }
}

/// Lists as they are being read.
#[derive(Default)]
pub(crate) struct Lists {
    /// In the order of the lists.
    pub(crate) entries: Vec<(PathBuf, Expected)>,
    /// Verdicts on the lists themselves: unreadable, or a line of them.
    pub(crate) settled: Vec<FileResult>,
    /// All that any line has a digest of, in the order of the table.
    algorithms: Vec<Algorithm>,
    places: HashMap<PathBuf, usize>,
}

impl Lists {
    /// Adds what a list says; its names start from `base`.
    pub(crate) fn read(
        &mut self,
        list: &Path,
        base: &Path,
        format: Option<Format>,
        algorithm: Option<Algorithm>,
    ) {
        let known = read::Expected { format, algorithm };
        if let Err(error) = self.read_items(list, base, &known) {
            self.settle(list, Verdict::Unreadable(reason(&error)));
        }
    }

    /// With what files are to be hashed, to be compared with all of it.
    pub(crate) fn algorithms(&self) -> Vec<Algorithm> {
        let mut algorithms = self.algorithms.clone();
        algorithms.sort_by_key(|one| Algorithm::ALL.iter().position(|other| other == one));
        algorithms
    }

    fn read_items(
        &mut self,
        list: &Path,
        base: &Path,
        known: &read::Expected,
    ) -> Result<(), ReadError> {
        for item in ListReader::open(list, known)? {
            match item? {
                Item::Listed(listed) => self.add(base, &listed),
                Item::Bad(bad) => self.settle(list, Verdict::BadLine(bad.to_string())),
            }
        }
        Ok(())
    }

    fn add(&mut self, base: &Path, listed: &read::Listed) {
        let path = plain(&base.join(&listed.path));
        let at = *self.places.entry(path.clone()).or_insert_with(|| {
            self.entries.push((path, Expected::default()));
            self.entries.len() - 1
        });
        let expected = &mut self.entries[at].1;
        expected.size = expected.size.or(listed.size);
        for (algorithm, digest) in listed.digests.iter() {
            if !self.algorithms.contains(&algorithm) {
                self.algorithms.push(algorithm);
            }
            let one = (algorithm, digest.into());
            if !expected.digests.contains(&one) {
                expected.digests.push(one);
            }
        }
    }

    fn settle(&mut self, list: &Path, verdict: Verdict) {
        self.settled.push(FileResult {
            path: list.to_owned(),
            size: 0,
            verdict,
        });
    }
}

/// A path without `.` in it, so that `./a` in a list is the `a` that a walk comes upon. What
/// `..` leads to depends on links, and is left alone.
pub(crate) fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| !matches!(part, Component::CurDir))
        .collect()
}

/// Why a list cannot be used, without its name, which the row has.
fn reason(error: &ReadError) -> String {
    match error {
        ReadError::Open { source, .. } => source.to_string(),
        ReadError::Read { source, .. } => format!("could not be read any further: {source}"),
        ReadError::NotAList { found, .. } => format!("is no checksum file: it {found}"),
    }
}
