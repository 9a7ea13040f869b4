//! What checksum files say of files, one entry a file however many lists name it.

mod expected;
mod watched;

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use indexmap::IndexMap;

use crate::algorithm::Algorithm;
use crate::event::Guess;
use crate::job::common::Common;
use crate::manifest::read::{self, Item, ListReader, ReadError};
use crate::verdict::{FileResult, Verdict};
pub(crate) use expected::Expected;
use watched::Watched;
pub(crate) use watched::announce;

/// The digests of a file as they stand one after another.
#[derive(Clone, Copy)]
pub(crate) struct Each<'a> {
    pub(crate) algorithms: &'a [Algorithm],
    pub(crate) digests: &'a [u8],
}

impl<'a> Each<'a> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Algorithm, &'a [u8])> + Clone + use<'a> {
        let mut rest = self.digests;
        self.algorithms.iter().map(move |&algorithm| {
            let (digest, more) = rest.split_at(algorithm.digest_len().min(rest.len()));
            rest = more;
            (algorithm, digest)
        })
    }
}

/// Which of the lists name a file. Beyond the sixty-third they are one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NamedBy(u64);

impl NamedBy {
    fn list(number: usize) -> Self {
        Self(1 << number.min(63))
    }

    /// All of both, if no list is in both.
    pub(crate) fn and_by_others(self, other: Self) -> Option<Self> {
        (self.0 & other.0 == 0).then_some(Self(self.0 | other.0))
    }
}

/// Lists as they are being read.
#[derive(Default)]
pub(crate) struct Lists {
    /// In the order of the lists.
    pub(crate) entries: IndexMap<PathBuf, Expected>,
    /// In the same order.
    pub(crate) named_by: Vec<NamedBy>,
    /// How many have been read, the one in hand not counted.
    read: usize,
    /// Verdicts on the lists themselves: unreadable, or a line of them.
    pub(crate) settled: Vec<FileResult>,
    /// All that any line has a digest of, in the order of the table.
    algorithms: Vec<Algorithm>,
    pub(crate) guesses: Vec<Guess>,
}

impl Lists {
    /// Adds what a list says; its names start from `base`. Ends early where the job is cancelled.
    pub(crate) fn read(&mut self, list: &Path, base: &Path, known: &read::Expected, job: &Common) {
        let read = match File::open(list) {
            Ok(file) => self.read_items(file, list, base, known, job),
            Err(source) => Err(ReadError::Open {
                list: list.to_owned(),
                source,
            }),
        };
        self.end(list, read);
    }

    /// As [`Self::read`], of what is no file; `name` is what results call it.
    pub(crate) fn read_from(
        &mut self,
        source: impl Read,
        name: &Path,
        base: &Path,
        known: &read::Expected,
        job: &Common,
    ) {
        let read = self.read_items(source, name, base, known, job);
        self.end(name, read);
    }

    fn end(&mut self, list: &Path, read: Result<(), ReadError>) {
        if let Err(error) = read {
            self.settle(list, Verdict::Unreadable(reason(&error)));
        }
        self.read += 1;
    }

    /// With what files are to be hashed, to be compared with all of it.
    pub(crate) fn algorithms(&self) -> Vec<Algorithm> {
        let mut algorithms = self.algorithms.clone();
        algorithms.sort_by_key(|one| Algorithm::ALL.iter().position(|other| other == one));
        algorithms
    }

    fn read_items(
        &mut self,
        source: impl Read,
        list: &Path,
        base: &Path,
        known: &read::Expected,
        job: &Common,
    ) -> Result<(), ReadError> {
        let source = Watched {
            source,
            common: job,
        };
        let reader = ListReader::new(source, list, known)?;
        if reader.recognised().guessed() {
            self.guesses.push(Guess {
                list: list.to_owned(),
                candidates: reader.recognised().candidates.clone(),
            });
        }
        for item in reader {
            if job.control.token().is_cancelled() {
                break;
            }
            job.totals.lists.line();
            match item? {
                Item::Listed(listed) => self.add(base, &listed),
                Item::Bad(bad) => self.settle(list, Verdict::BadLine(bad.to_string())),
            }
        }
        Ok(())
    }

    fn add(&mut self, base: &Path, listed: &read::Listed) {
        for (algorithm, _) in listed.digests.iter() {
            if !self.algorithms.contains(&algorithm) {
                self.algorithms.push(algorithm);
            }
        }
        // With as much memory as it needs: there may be millions.
        let mut path = plain(&base.join(&listed.path));
        path.shrink_to_fit();
        let entry = self.entries.entry(path);
        let at = entry.index();
        let expected = entry.or_default();
        expected.extend(listed.size, listed.digests.iter());
        if at == self.named_by.len() {
            self.named_by.push(NamedBy::default());
        }
        self.named_by[at].0 |= NamedBy::list(self.read).0;
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
