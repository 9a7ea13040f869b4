//! What can be wrong with one line of a checksum file.

use crate::algorithm::Algorithm;

/// Why a line was not used. Its words follow a line number: "line 7: the digest is not hexadecimal".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The line does not have the parts that a line of its format has.
    #[error("this is not a line of {0}")]
    Shape(&'static str),
    /// The digest holds something else than hexadecimal digits.
    #[error("the digest is not hexadecimal")]
    NotHex,
    /// The digest has a length that its algorithm does not give.
    #[error(
        "the digest has {found} hexadecimal digits, and {} has {}",
        algorithm.label(),
        algorithm.digest_len() * 2
    )]
    DigestLength {
        /// The algorithm the digest should be of.
        algorithm: Algorithm,
        /// How many hexadecimal digits there are.
        found: usize,
    },
    /// The line, or a field of it, is of an algorithm that is not known here.
    #[error("the algorithm '{0}' is not known")]
    UnknownAlgorithm(String),
    /// One blank before the name in a list that has two, or the other way round.
    #[error(
        "it has one blank before the name and the lines above have two; \
         a list that mixes both could be read in two ways"
    )]
    MixedForms,
    /// A backslash that is followed by none of `\\`, `\n`, `\r`.
    #[error("the name holds a backslash that escapes nothing known")]
    BadEscape,
    /// No name.
    #[error("there is no file name")]
    NoName,
    /// A NUL in the name, which no system allows in one.
    #[error("the file name holds a NUL")]
    NulInName,
}
