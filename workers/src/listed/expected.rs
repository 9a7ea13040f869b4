//! What lists say of one file, in one allocation.

use super::Each;
use crate::algorithm::Algorithm;
use crate::verdict::{Mismatch, Note};

/// Stands before a size; before a digest stands one more than its algorithm's place in the table.
const SIZE: u8 = 0;

/// What a file should be: every statement that is made of it, each once. All of them count; where
/// two of a kind differ, nothing can be right.
///
/// There is one for every file that is listed, so it is one run of bytes: a mark, then a size or a
/// digest, and so on. A vector of boxed digests took four times the memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expected(Box<[u8]>);

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statement<'a> {
    /// Bytes.
    Size(u64),
    Digest(Algorithm, &'a [u8]),
}

impl Expected {
    /// What is known of a file that has been looked at.
    pub(crate) fn of(size: u64, digests: &Each<'_>) -> Self {
        let mut expected = Self::default();
        expected.extend(Some(size), digests.iter());
        expected
    }

    /// Adds what one line says.
    pub(crate) fn extend<'a>(
        &mut self,
        size: Option<u64>,
        digests: impl Iterator<Item = (Algorithm, &'a [u8])> + Clone,
    ) {
        let known = &*self;
        let new = size
            .map(Statement::Size)
            .into_iter()
            .chain(digests.map(|(of, digest)| Statement::Digest(of, digest)))
            .filter(|new| !known.iter().any(|old| old == *new));
        let more: usize = new.clone().map(Statement::len).sum();
        if more == 0 {
            return;
        }
        let mut bytes = Vec::with_capacity(self.0.len() + more);
        bytes.extend_from_slice(&self.0);
        for statement in new {
            match statement {
                Statement::Size(size) => {
                    bytes.push(SIZE);
                    bytes.extend_from_slice(&size.to_le_bytes());
                }
                Statement::Digest(algorithm, digest) => {
                    bytes.push(algorithm as u8 + 1);
                    bytes.extend_from_slice(digest);
                }
            }
        }
        self.0 = bytes.into();
    }

    /// Adds all that is said here.
    pub(crate) fn merge(&mut self, other: &Self) {
        for size in other.sizes() {
            self.extend(Some(size), std::iter::empty());
        }
        self.extend(None, other.digests());
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Statement<'_>> + Clone {
        let mut rest = &*self.0;
        std::iter::from_fn(move || {
            let (&mark, after) = rest.split_first()?;
            if mark == SIZE {
                let (size, after) = after.split_first_chunk()?;
                rest = after;
                return Some(Statement::Size(u64::from_le_bytes(*size)));
            }
            let algorithm = Algorithm::ALL[usize::from(mark) - 1];
            let (digest, after) = after.split_at(algorithm.digest_len());
            rest = after;
            Some(Statement::Digest(algorithm, digest))
        })
    }

    /// In bytes.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = u64> {
        self.iter().filter_map(|statement| match statement {
            Statement::Size(size) => Some(size),
            Statement::Digest(..) => None,
        })
    }

    pub(crate) fn digests(&self) -> impl Iterator<Item = (Algorithm, &[u8])> + Clone {
        self.iter().filter_map(|statement| match statement {
            Statement::Digest(algorithm, digest) => Some((algorithm, digest)),
            Statement::Size(_) => None,
        })
    }

    /// The first size, bytes.
    pub(crate) fn size(&self) -> Option<u64> {
        self.sizes().next()
    }

    /// How a file of this size and these digests differs from it; `None` if it does not.
    pub(crate) fn mismatch(&self, size: u64, digests: &Each<'_>) -> Option<Mismatch> {
        self.difference(&Self::of(size, digests))
    }

    /// How what is `found` differs from it, sizes before digests; `None` if nothing does.
    pub(crate) fn difference(&self, found: &Self) -> Option<Mismatch> {
        let sizes = self
            .sizes()
            .find_map(|expected| Some((expected, found.sizes().find(|&found| found != expected)?)));
        if let Some((expected, found)) = sizes {
            return Some(Mismatch::Size { expected, found });
        }
        self.digests().find_map(|(algorithm, expected)| {
            let (_, found) = found
                .digests()
                .find(|&(of, found)| of == algorithm && found != expected)?;
            Some(Mismatch::Digest {
                algorithm,
                expected: expected.into(),
                found: found.into(),
                all: Box::default(),
            })
        })
    }

    /// Whether both have something of one kind, so that they can be held against each other.
    pub(crate) fn is_comparable(&self, other: &Self) -> bool {
        self.digests()
            .any(|(of, _)| other.digests().any(|(other, _)| other == of))
    }

    /// What to say beside a difference from what was `found` where the statements contradict each
    /// other.
    pub(crate) fn disagreement(&self, mismatch: &Mismatch, found: &Self) -> Option<Note> {
        let alike = |a: &Statement<'_>, b: &Statement<'_>| match (a, b) {
            (Statement::Size(_), Statement::Size(_)) => true,
            (Statement::Digest(a, _), Statement::Digest(b, _)) => a == b,
            _ => false,
        };
        let disagree = self
            .iter()
            .any(|one| self.iter().any(|other| alike(&one, &other) && one != other));
        if !disagree {
            return None;
        }
        let of_that_kind = |statement: &Statement<'_>| match (mismatch, statement) {
            (Mismatch::Size { .. }, Statement::Size(_)) => true,
            (Mismatch::Digest { algorithm, .. }, Statement::Digest(of, _)) => of == algorithm,
            _ => false,
        };
        let one_is_met = self
            .iter()
            .filter(of_that_kind)
            .any(|one| found.iter().any(|other| other == one));
        Some(Note::ListsDisagree { one_is_met })
    }

    /// Whether it can only be a file without a byte, or is taken for one: its size says so, or a
    /// digest is that of nothing.
    pub(crate) fn is_empty_file(&self) -> bool {
        match self.size() {
            Some(size) => size == 0,
            None => self.digests().any(|(algorithm, digest)| {
                let mut nothing = Vec::new();
                algorithm.hasher().finish_into(&mut nothing);
                digest == nothing
            }),
        }
    }
}

impl Statement<'_> {
    fn len(self) -> usize {
        1 + match self {
            Self::Size(_) => size_of::<u64>(),
            Self::Digest(_, digest) => digest.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_comes_back_once_in_its_order() {
        let mut expected = Expected::default();
        assert_eq!(expected.iter().count(), 0);
        let digests: Vec<(Algorithm, Vec<u8>)> = Algorithm::ALL
            .iter()
            .zip(1u8..)
            .map(|(&of, byte)| (of, vec![byte; of.digest_len()]))
            .collect();
        let lines = digests.iter().map(|(of, digest)| (*of, digest.as_slice()));
        expected.extend(None, lines.clone().take(3));
        expected.extend(Some(7), lines.clone());
        expected.extend(Some(7), lines.clone());
        expected.extend(Some(8), std::iter::empty());
        assert!(expected.sizes().eq([7, 8]));
        assert!(expected.digests().eq(lines));
    }

    #[test]
    fn where_statements_differ_one_may_be_met_and_nothing_is_right() {
        let digests = |bytes: &'static [u8]| [(Algorithm::Crc32, bytes)].into_iter();
        let found = |bytes: &'static [u8]| {
            let mut found = Expected::default();
            found.extend(Some(5), digests(bytes));
            found
        };
        let mut listed = Expected::default();
        listed.extend(Some(5), digests(&[1; 4]));
        assert_eq!(listed.difference(&found(&[1; 4])), None);
        let wrong = listed.difference(&found(&[2; 4])).expect("another digest");
        assert_eq!(listed.disagreement(&wrong, &found(&[2; 4])), None);
        listed.extend(None, digests(&[2; 4]));
        for (bytes, one_is_met) in [(&[1; 4], true), (&[2; 4], true), (&[3; 4], false)] {
            let found = found(bytes);
            let mismatch = listed.difference(&found).expect("one line is not met");
            let note = listed.disagreement(&mismatch, &found);
            assert_eq!(note, Some(Note::ListsDisagree { one_is_met }));
        }
    }

    #[test]
    fn a_file_without_a_byte_is_known_by_any_digest() {
        for &algorithm in Algorithm::ALL {
            let mut nothing = Vec::new();
            algorithm.hasher().finish_into(&mut nothing);
            let mut listed = Expected::default();
            listed.extend(None, [(algorithm, &*nothing)].into_iter());
            assert!(listed.is_empty_file(), "{algorithm}");
            listed.extend(Some(1), std::iter::empty());
            assert!(!listed.is_empty_file(), "a size knows better");
        }
    }
}
