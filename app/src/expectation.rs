//! The digest that the user expects a file to have: as it is typed, as a job takes it along, and
//! what came of it.

use std::path::PathBuf;

use workers::{Algorithm, Digest, ExpectedDigest, FileResult, Mismatch, NoDigest, Verdict};

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

    /// What a job is to hold the file against: nothing, if nothing has been typed.
    ///
    /// # Errors
    /// What was typed is no digest.
    pub(crate) fn expectation(
        &self,
        preferred: Algorithm,
    ) -> Result<Option<Expectation>, &NoDigest> {
        match &self.read {
            Err(NoDigest::Empty) => Ok(None),
            Err(error) => Err(error),
            Ok(expected) => {
                let candidates = expected.candidates();
                let algorithm = [self.choice, Some(preferred), candidates.first().copied()]
                    .into_iter()
                    .flatten()
                    .find(|wanted| candidates.contains(wanted));
                Ok(algorithm.map(|algorithm| Expectation {
                    algorithm,
                    digest: expected.digest().0.into(),
                }))
            }
        }
    }
}

/// What a file should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expectation {
    pub(crate) algorithm: Algorithm,
    pub(crate) digest: Box<[u8]>,
}

impl Expectation {
    /// Turns the result of a file that was hashed into the verdict on it.
    pub(crate) fn judge(&self, row: &mut FileResult) {
        let Verdict::Hashed(found) = &mut row.verdict else {
            return;
        };
        let found = std::mem::take(found);
        row.verdict = if found == self.digest {
            Verdict::Verified(found)
        } else {
            Verdict::Failed(Box::new(Mismatch::Digest {
                algorithm: self.algorithm,
                expected: self.digest.clone(),
                found,
            }))
        };
    }
}

/// Whether a file is what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) path: PathBuf,
    pub(crate) algorithm: Algorithm,
    /// In hexadecimal digits.
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Answer {
    /// From the row as it was judged; `None` for a file that could not be read: then nothing is known.
    pub(crate) fn new(expectation: &Expectation, row: &FileResult) -> Option<Self> {
        let found = match &row.verdict {
            Verdict::Verified(found) => found,
            Verdict::Failed(mismatch) => match &**mismatch {
                Mismatch::Digest { found, .. } => found,
                Mismatch::Size { .. } => return None,
            },
            _ => return None,
        };
        Some(Self {
            path: row.path.clone(),
            algorithm: expectation.algorithm,
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

    #[test]
    fn the_algorithm_is_the_one_chosen_or_preferred_if_it_fits_the_length() {
        let mut field = ExpectedField::default();
        let of = |field: &ExpectedField, preferred| {
            let expectation = field.expectation(preferred).expect("a digest or nothing");
            expectation.map(|expectation| expectation.algorithm)
        };
        assert_eq!(of(&field, Algorithm::Md5), None);
        field.set("ab".repeat(32));
        assert_eq!(of(&field, Algorithm::Md5), Some(Algorithm::Sha256));
        assert_eq!(of(&field, Algorithm::Blake3), Some(Algorithm::Blake3));
        field.choose(Algorithm::Sm3);
        assert_eq!(of(&field, Algorithm::Blake3), Some(Algorithm::Sm3));
        // Another length: what was chosen cannot be it.
        field.set("ab".repeat(16));
        assert_eq!(of(&field, Algorithm::Blake3), Some(Algorithm::Md5));
        field.set("ab".repeat(17));
        assert!(field.expectation(Algorithm::Md5).is_err());
    }
}
