//! The digest that the user expects a file to have: as it is typed, as a job takes it along, and
//! what came of it.

use std::path::PathBuf;

use workers::{Algorithm, Digest, ExpectedDigest, FileResult, Mismatch, NoDigest, Verdict};

use crate::algorithms::Algorithms;

/// Longer than a line of any list with the longest of names; what is pasted beyond is no digest.
pub(crate) const LONGEST: usize = 5000;

/// What stands in the field, and how it is understood.
pub(crate) struct ExpectedField {
    text: String,
    read: Result<ExpectedDigest, NoDigest>,
    /// Which algorithm it is to be of, where there is a choice.
    choice: Option<Algorithm>,
}

impl Default for ExpectedField {
    fn default() -> Self {
        Self {
            text: String::new(),
            read: Err(NoDigest::Empty),
            choice: None,
        }
    }
}

impl ExpectedField {
    pub(crate) fn set(&mut self, text: String) {
        self.read = text.parse();
        self.text = text;
    }

    pub(crate) fn choose(&mut self, algorithm: Algorithm) {
        self.choice = Some(algorithm);
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn read(&self) -> &Result<ExpectedDigest, NoDigest> {
        &self.read
    }

    /// What a job is to hold the file against: nothing, if nothing has been typed. `chosen` is
    /// with what files are hashed when nothing is expected of them.
    ///
    /// # Errors
    /// What was typed is no digest.
    pub(crate) fn expectation(
        &self,
        chosen: &Algorithms,
    ) -> Result<Option<Expectation>, &NoDigest> {
        match &self.read {
            Err(NoDigest::Empty) => Ok(None),
            Err(error) => Err(error),
            Ok(expected) => {
                let fits = |wanted: &[Algorithm]| -> Vec<Algorithm> {
                    let candidates = expected.candidates().iter();
                    candidates.copied().filter(|a| wanted.contains(a)).collect()
                };
                let first = expected.candidates().get(..1).unwrap_or_default();
                let algorithms = [self.choice.as_slice(), chosen, first]
                    .into_iter()
                    .map(fits)
                    .find(|some| !some.is_empty());
                Ok(algorithms.map(|algorithms| Expectation {
                    algorithms,
                    digest: expected.digest().0.into(),
                }))
            }
        }
    }
}

/// What a file should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expectation {
    /// What the digest may be of: several, where the file is hashed with several whose digests are
    /// as long. Never empty.
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) digest: Box<[u8]>,
}

impl Expectation {
    /// Turns the result of a file that was hashed with these algorithms into the verdict on it.
    pub(crate) fn judge(&self, hashed: &[Algorithm], row: &mut FileResult) {
        let Verdict::Hashed(digests) = &row.verdict else {
            return;
        };
        row.verdict = match self.closest(hashed, row) {
            Some((_, found)) if found == &*self.digest => Verdict::Verified(digests.clone()),
            Some((algorithm, found)) => {
                let mismatch = Mismatch::Digest {
                    algorithm,
                    expected: self.digest.clone(),
                    found: found.into(),
                    all: Box::default(),
                };
                Verdict::Failed(Box::new(mismatch.with_all(digests)))
            }
            None => return,
        };
    }

    /// The digest that is the expected one, or the first of those that could have been.
    fn closest<'a>(
        &self,
        hashed: &'a [Algorithm],
        row: &'a FileResult,
    ) -> Option<(Algorithm, &'a [u8])> {
        let each = || {
            let each = row.verdict.each_digest(hashed);
            each.filter(|(algorithm, _)| self.algorithms.contains(algorithm))
                .map(|(algorithm, digest)| (algorithm, digest.0))
        };
        let same = each().find(|(_, found)| *found == &*self.digest);
        same.or_else(|| each().next())
    }
}

/// Whether a file is what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) path: PathBuf,
    /// By which it is, or with which what was found is shown.
    pub(crate) algorithm: Algorithm,
    /// Everything that the expected digest was compared with.
    pub(crate) tried: Vec<Algorithm>,
    /// In hexadecimal digits.
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Answer {
    /// From the row as it was judged; `None` for a file that could not be read: then nothing is known.
    pub(crate) fn new(
        expectation: &Expectation,
        hashed: &[Algorithm],
        row: &FileResult,
    ) -> Option<Self> {
        let (algorithm, found) = match &row.verdict {
            Verdict::Verified(_) => expectation.closest(hashed, row)?,
            Verdict::Failed(mismatch) => match &**mismatch {
                Mismatch::Digest {
                    algorithm, found, ..
                } => (*algorithm, &**found),
                Mismatch::Size { .. } => return None,
            },
            _ => return None,
        };
        Some(Self {
            path: row.path.clone(),
            algorithm,
            tried: expectation.algorithms.clone(),
            expected: Digest(&expectation.digest).to_string(),
            found: Digest(found).to_string(),
        })
    }

    pub(crate) fn is_yes(&self) -> bool {
        self.expected == self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Algorithm::{Blake3, Md5, Sha256, Sm3};

    #[test]
    fn the_algorithm_is_the_one_chosen_or_preferred_if_it_fits_the_length() {
        let mut field = ExpectedField::default();
        let of = |field: &ExpectedField, chosen: &[Algorithm]| {
            let chosen = Algorithms::of(chosen).expect("some");
            let expectation = field.expectation(&chosen).expect("a digest or nothing");
            expectation.map_or(Vec::new(), |expectation| expectation.algorithms)
        };
        assert_eq!(of(&field, &[Md5]), []);
        field.set("ab".repeat(32));
        assert_eq!(of(&field, &[Md5]), [Sha256]);
        assert_eq!(of(&field, &[Blake3]), [Blake3]);
        assert_eq!(of(&field, &[Blake3, Md5, Sm3]), [Blake3, Sm3]);
        field.choose(Sm3);
        assert_eq!(of(&field, &[Blake3]), [Sm3]);
        // Another length: what was chosen cannot be it.
        field.set("ab".repeat(16));
        assert_eq!(of(&field, &[Blake3]), [Md5]);
        field.set("ab".repeat(17));
        assert!(field.expectation(&Algorithms::one(Md5)).is_err());
    }

    #[test]
    fn any_of_several_digests_that_is_the_expected_one_will_do() {
        let row = || FileResult {
            path: "a".into(),
            size: 1,
            verdict: Verdict::Hashed([[1; 32], [2; 32]].concat().into()),
        };
        let hashed = [Sha256, Blake3];
        let expecting = |byte: u8| Expectation {
            algorithms: hashed.to_vec(),
            digest: [byte; 32].into(),
        };
        for (byte, by) in [(1, Sha256), (2, Blake3)] {
            let (mut row, expected) = (row(), expecting(byte));
            expected.judge(&hashed, &mut row);
            let answer = Answer::new(&expected, &hashed, &row).expect("an answer");
            assert_eq!((answer.is_yes(), answer.algorithm), (true, by));
            assert_eq!(row.verdict.each_digest(&hashed).count(), 2);
        }
        let (mut row, expected) = (row(), expecting(3));
        expected.judge(&hashed, &mut row);
        let answer = Answer::new(&expected, &hashed, &row).expect("an answer");
        assert_eq!((answer.is_yes(), &*answer.tried), (false, &hashed[..]));
        // What it has by the others is kept.
        let found: Vec<_> = row.verdict.each_found(&hashed).collect();
        assert_eq!(
            found,
            [(Sha256, Digest(&[1; 32])), (Blake3, Digest(&[2; 32]))]
        );
    }
}
