//! The files that a worker had in its hands when it ended, and what became of them.

use std::path::{Path, PathBuf};

/// What became of a file whose worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It went to others.
    Requeued,
    /// It may be what the worker died of, or hung on: it is tried once more, alone.
    TriedAlone,
    /// Another worker had died with it before: it is tried no more.
    SetAside,
    /// Somebody asked for it to be skipped.
    Skipped,
    /// It took longer than a file may.
    TimedOut,
}

impl Fate {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 5] = [
        Self::Skipped,
        Self::TimedOut,
        Self::SetAside,
        Self::TriedAlone,
        Self::Requeued,
    ];
}

/// The files that a worker had in its hands: all counted, the first few by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilesInHand {
    named: Vec<(PathBuf, Fate)>,
    counts: [usize; Fate::ALL.len()],
}

impl FilesInHand {
    /// So many are named: a drill has thousands of deaths, and a worker may hold a thousand small
    /// files.
    pub const NAMED: usize = 10;

    pub(crate) fn add(&mut self, path: &Path, fate: Fate) {
        if self.named.len() < Self::NAMED {
            self.named.push((path.to_owned(), fate));
        }
        self.counts[place(fate)] += 1;
    }

    /// Those of another worker's, or of the same one, told earlier.
    pub(crate) fn merge(&mut self, other: Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.named.extend(other.named);
        self.named.truncate(Self::NAMED);
    }

    /// The first few, in the order in which the worker would have taken them.
    #[must_use]
    pub fn named(&self) -> &[(PathBuf, Fate)] {
        &self.named
    }

    /// How many had this fate.
    #[must_use]
    pub fn count(&self, fate: Fate) -> usize {
        self.counts[place(fate)]
    }

    /// How many there were.
    #[must_use]
    pub fn total(&self) -> usize {
        self.counts.iter().sum()
    }

    /// How many others will hash.
    #[must_use]
    pub fn passed_on(&self) -> usize {
        self.count(Fate::Requeued) + self.count(Fate::TriedAlone)
    }
}

fn place(fate: Fate) -> usize {
    Fate::ALL.iter().position(|&f| f == fate).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Fate, FilesInHand};

    #[test]
    fn all_are_counted_and_the_first_are_named() {
        let mut files = FilesInHand::default();
        for n in 0..500 {
            let fate = if n == 0 {
                Fate::SetAside
            } else {
                Fate::Requeued
            };
            files.add(Path::new(&n.to_string()), fate);
        }
        assert_eq!(files.total(), 500);
        assert_eq!(files.count(Fate::SetAside), 1);
        assert_eq!(files.passed_on(), 499);
        assert_eq!(files.named().len(), FilesInHand::NAMED);
        assert_eq!(files.named()[0].1, Fate::SetAside);
    }
}
