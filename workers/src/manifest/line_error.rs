//! What can be wrong with one line of a checksum file.

use crate::algorithm::Algorithm;

/// What is said of a line, and of a file, that `cksum` or `sum` has printed.
pub(super) const CKSUM: &str = "this is what POSIX cksum or sum prints (a checksum, a length and a name), \
    which cannot be verified; compare it with what 'thawsum sum' prints";

/// Whether a line is a decimal checksum, a length and a name, and so no line of a list.
pub(super) fn is_of_cksum(line: &[u8]) -> bool {
    let mut words = line
        .split(|&byte| byte == b' ')
        .filter(|word| !word.is_empty());
    let mut number = || {
        let digits = words.next().unwrap_or_default();
        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
    };
    number() && number() && words.next().is_some()
}

/// Why a line was not used. Its words follow a line number: "line 7: the digest is not hexadecimal".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The line does not have the parts that a line of its format has.
    #[error("this is not {0}")]
    Shape(&'static str),
    /// A CRC or a sum and a length, from a program without a way to check them.
    #[error("{}", CKSUM)]
    Cksum,
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
    /// One blank before the name in a list that has two. A list that mixed both could be read in
    /// two ways.
    #[error("it has one blank before the name, where this list has two")]
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
    /// A name that is not text, where names have to be.
    #[error("the file name is not text, which every name on this system is")]
    NameNotText,
    /// No digest of an algorithm that is known here.
    #[error("there is no digest of an algorithm that is known here")]
    NoDigest,
    /// Something that may stand in a line once.
    #[error("it names {0} twice")]
    Twice(&'static str),
    /// A header in which two columns have one name.
    #[error("the header names the column '{0}' twice")]
    ColumnTwice(String),
    /// A size that is not a whole number of bytes.
    #[error("the size is not a whole number")]
    BadSize,
    /// More or fewer fields than the header names.
    #[error("it has {found} fields, and the header names {expected}")]
    Fields {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A quote that is not closed, or something between a closing quote and the next comma.
    #[error("its quotes do not match")]
    Quotes,
    /// A line before the header that names the columns.
    #[error("no header above it names the columns")]
    NoHeader,
    /// What the JSON parser says.
    #[error("this is not a JSON object of a file: {0}")]
    Json(String),
    /// The list ends before it is complete.
    #[error("the list ends here, before it is complete; part of it may have been lost")]
    CutOff,
    /// Longer than any line of a checksum file.
    #[error("it is longer than {} bytes", super::read::LONGEST)]
    TooLong,
}
