//! The digests that one line of a list holds.

use super::LineError;
use super::{base64, hex};
use crate::algorithm::{Algorithm, Digest};

/// The longest digest of any algorithm, in bytes.
const LONGEST: usize = 64;

/// The digests of one file, each with its algorithm; at most one of each.
///
/// One digest, which is what nearly every list has a line, takes no memory of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    first: Option<One>,
    more: Vec<One>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct One {
    algorithm: Algorithm,
    bytes: [u8; LONGEST],
}

impl One {
    fn digest(&self) -> &[u8] {
        &self.bytes[..self.algorithm.digest_len()]
    }
}

impl Digests {
    /// The digests, in the order of the line.
    pub fn iter(&self) -> impl Iterator<Item = (Algorithm, &[u8])> + Clone {
        self.first
            .iter()
            .chain(&self.more)
            .map(|one| (one.algorithm, one.digest()))
    }

    /// The digest of an algorithm.
    #[must_use]
    pub fn get(&self, algorithm: Algorithm) -> Option<Digest<'_>> {
        self.iter()
            .find(|&(of, _)| of == algorithm)
            .map(|(_, digest)| Digest(digest))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Takes over the digests of another line of the same file. Gives `false`, and takes none, if
    /// both have a digest of one algorithm: which of the two is meant is not for this to decide.
    pub fn merge(&mut self, other: &Self) -> bool {
        if other.iter().any(|(of, _)| self.get(of).is_some()) {
            return false;
        }
        for &one in other.first.iter().chain(&other.more) {
            self.add(one);
        }
        true
    }

    /// Adds a digest that is written in hexadecimal.
    pub(super) fn push(&mut self, algorithm: Algorithm, text: &[u8]) -> Result<(), LineError> {
        check(algorithm, text)?;
        let mut bytes = [0; LONGEST];
        if !hex::decode(text, &mut bytes[..algorithm.digest_len()]) {
            return Err(LineError::NotHex);
        }
        self.push_bytes(algorithm, bytes)
    }

    /// Adds a digest that is written in hexadecimal or, which its length tells, in Base64.
    pub(super) fn push_either(
        &mut self,
        algorithm: Algorithm,
        text: &[u8],
    ) -> Result<(), LineError> {
        let length = algorithm.digest_len();
        let mut bytes = [0; LONGEST];
        // A CRC-32 has eight letters in both; it is nowhere written in Base64.
        if text.len() != length * 2 && base64::decode(text, &mut bytes[..length]) {
            return self.push_bytes(algorithm, bytes);
        }
        self.push(algorithm, text)
    }

    fn push_bytes(&mut self, algorithm: Algorithm, bytes: [u8; LONGEST]) -> Result<(), LineError> {
        if self.get(algorithm).is_some() {
            return Err(LineError::Twice(algorithm.name()));
        }
        self.add(One { algorithm, bytes });
        Ok(())
    }

    fn add(&mut self, one: One) {
        match self.first {
            None => self.first = Some(one),
            Some(_) => self.more.push(one),
        }
    }
}

/// Whether the text has the length of a digest of this algorithm.
pub(super) fn check(algorithm: Algorithm, text: &[u8]) -> Result<(), LineError> {
    if text.len() == algorithm.digest_len() * 2 {
        Ok(())
    } else if hex::is_hex(text) {
        Err(LineError::DigestLength {
            algorithm,
            found: text.len(),
        })
    } else {
        Err(LineError::NotHex)
    }
}
