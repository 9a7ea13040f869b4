//! The digest that somebody expects a file to have, as it is typed or pasted from a web page, a
//! mail or a list: in hexadecimal, with spaces and line breaks, in either letter case, or in Base64,
//! with the algorithm's name before it or a file's name beside it.

mod base64;

use std::str::FromStr;

use crate::algorithm::{Algorithm, Digest};
use crate::manifest::hex;
use crate::name::shown;

/// A digest that a file should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedDigest {
    bytes: Box<[u8]>,
    candidates: Vec<Algorithm>,
    name: Option<String>,
}

/// Why a text is no digest, in words for whoever is still typing it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDigest {
    /// Nothing but blanks.
    #[error("nothing is expected yet")]
    Empty,
    /// A character that no digest has.
    #[error("{} is not among the digits of a digest, 0 to 9 and a to f", quoted(*.0))]
    NotHex(char),
    /// An odd number of digits.
    #[error("{0} digits: one is missing, or one too many")]
    Odd(usize),
    /// Digits enough for no algorithm, or too many.
    #[error("{digits} digits; a digest has {lengths}", lengths = lengths())]
    Length {
        /// How many there are.
        digits: usize,
    },
    /// Not as many digits as the algorithm that is named has.
    #[error("{digits} digits; {} has {}", algorithm.label(), algorithm.digest_len() * 2)]
    NotOf {
        /// The one that is named.
        algorithm: Algorithm,
        /// How many there are.
        digits: usize,
    },
    /// It looks like Base64, and is of a length that no digest has.
    #[error(
        "{characters} characters of Base64; a digest has {}",
        listed(base64::lengths())
    )]
    Base64Length {
        /// How many there are, padding included.
        characters: usize,
    },
    /// It looks like Base64, and not as many characters as the algorithm that is named has.
    #[error(
        "{characters} characters of Base64; {} has {}",
        algorithm.label(),
        base64::characters(*algorithm)
    )]
    NotOfBase64 {
        /// The one that is named.
        algorithm: Algorithm,
        /// How many there are, padding included.
        characters: usize,
    },
    /// As long as a digest in Base64, and no program writes it so.
    #[error("this Base64 has a mistake at its end: the last character, or the '=' behind it")]
    BadBase64,
}

impl ExpectedDigest {
    /// The digest.
    #[must_use]
    pub fn digest(&self) -> Digest<'_> {
        Digest(&self.bytes)
    }

    /// What it can be of: the algorithm that the text names, or every one whose digests are as
    /// long, the most usual first. Never empty.
    #[must_use]
    pub fn candidates(&self) -> &[Algorithm] {
        &self.candidates
    }

    /// The file's name that stood beside it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn new(digits: &str, of: Option<Algorithm>, name: &str) -> Result<Self, NoDigest> {
        if let Some(bytes) = base64::read(digits, of) {
            let bytes = bytes?;
            let candidates = of.map_or_else(|| of_length(bytes.len() * 2), |one| vec![one]);
            return Ok(Self::of(bytes, candidates, name));
        }
        let digits: String = digits.chars().filter(|c| !is_between(*c)).collect();
        if let Some(other) = digits.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(NoDigest::NotHex(other));
        }
        let digits_len = digits.len();
        let candidates = match of {
            Some(algorithm) if algorithm.digest_len() * 2 != digits_len => {
                return Err(NoDigest::NotOf {
                    algorithm,
                    digits: digits_len,
                });
            }
            Some(algorithm) => vec![algorithm],
            None => of_length(digits_len),
        };
        if candidates.is_empty() {
            return Err(match digits_len {
                0 => NoDigest::Empty,
                // Most of those who type have not come to the end; that is no mistake yet.
                odd if odd % 2 == 1 && odd > 8 => NoDigest::Odd(odd),
                digits => NoDigest::Length { digits },
            });
        }
        let mut bytes = Vec::new();
        hex::decode_into(digits.as_bytes(), &mut bytes);
        Ok(Self::of(bytes, candidates, name))
    }

    fn of(bytes: Vec<u8>, candidates: Vec<Algorithm>, name: &str) -> Self {
        let name = name.trim();
        Self {
            bytes: bytes.into(),
            candidates,
            name: (!name.is_empty()).then(|| name.to_owned()),
        }
    }
}

impl FromStr for ExpectedDigest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let text = text.trim();
        if text.chars().all(|c| is_between(c) || c.is_ascii_hexdigit()) {
            // Some groups of digits alone, unless the first is a digest and the rest a name that
            // looks like digits.
            let whole = Self::new(text, None, "");
            return whole.or_else(|error| with_name(text, None).unwrap_or(Err(error)));
        }
        if let Some((algorithm, rest)) = named(text) {
            return tagged(algorithm, rest);
        }
        if let Some(result) = integrity(text) {
            return result;
        }
        // Lines of a longer digest may each be as long as a shorter one.
        if let Some(Ok(_)) = base64::read(text, None) {
            return Self::new(text, None, "");
        }
        with_name(text, None).unwrap_or_else(|| Self::new(text, None, ""))
    }
}

/// What may stand between the digits, and says nothing.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, ':' | '-')
}

fn of_length(digits: usize) -> Vec<Algorithm> {
    Algorithm::ALL
        .iter()
        .copied()
        .filter(|algorithm| algorithm.digest_len() * 2 == digits)
        .collect()
}

/// The algorithm that the text begins with, and what follows it: `sha256:…`, `SHA-256 = …`,
/// `SHA256 (name) = …`, `SHA2-256(name)= …`.
fn named(text: &str) -> Option<(Algorithm, &str)> {
    let end = text.find(|c: char| matches!(c, ':' | '=' | '(') || c.is_whitespace())?;
    let (name, rest) = text.split_at(end);
    let name = name.to_ascii_lowercase();
    // What OpenSSL calls the algorithms that others number without their family.
    let name = name
        .strip_prefix("sha2-")
        .map(|bits| format!("sha{bits}"))
        .unwrap_or(name);
    Some((name.parse().ok()?, rest))
}

/// What `integrity` attributes and package managers have (W3C, Subresource Integrity): an algorithm,
/// `-` and the digest, several of them with blanks between. Of several the strongest counts, as it
/// does in browsers. `None` if it is something else.
fn integrity(text: &str) -> Option<Result<ExpectedDigest, NoDigest>> {
    let mut strongest: Option<(Algorithm, &str)> = None;
    for one in text.split_whitespace() {
        let one = one.split_once('?').map_or(one, |(one, _options)| one);
        // Some names have a dash of their own; the digest of those is what follows the last one
        // that makes a name.
        let (algorithm, digest) = one
            .rmatch_indices('-')
            .find_map(|(at, _)| Some((one[..at].parse::<Algorithm>().ok()?, &one[at + 1..])))?;
        if strongest.is_none_or(|(best, _)| best.digest_len() < algorithm.digest_len()) {
            strongest = Some((algorithm, digest));
        }
    }
    strongest.map(|(algorithm, digest)| ExpectedDigest::new(digest, Some(algorithm), ""))
}

fn tagged(algorithm: Algorithm, rest: &str) -> Result<ExpectedDigest, NoDigest> {
    let rest = rest.trim_start();
    if let Some(inside) = rest.strip_prefix('(')
        && let Some((name, digits)) = inside.rsplit_once(')')
    {
        let digits = digits.trim_start().trim_start_matches('=');
        return ExpectedDigest::new(digits, Some(algorithm), name);
    }
    let rest = rest.trim_start_matches([':', '=']).trim_start();
    match with_name(rest, Some(algorithm)) {
        Some(result) => result,
        None => ExpectedDigest::new(rest, Some(algorithm), ""),
    }
}

/// A digest with a name after it, as in lists, or before it, as in SFV. `None` if neither end of
/// the text is a digest.
fn with_name(text: &str, of: Option<Algorithm>) -> Option<Result<ExpectedDigest, NoDigest>> {
    let is_hex = |word: &str| {
        let fits = match of {
            Some(algorithm) => algorithm.digest_len() * 2 == word.len(),
            None => !of_length(word.len()).is_empty(),
        };
        fits && hex::is_hex(word.as_bytes())
    };
    // Hexadecimal at either end before Base64: of words, too many could be that.
    beside_name(text, of, is_hex)
        .or_else(|| beside_name(text, of, |word| base64::is_digest(word, of)))
}

fn beside_name(
    text: &str,
    of: Option<Algorithm>,
    is_digest: impl Fn(&str) -> bool,
) -> Option<Result<ExpectedDigest, NoDigest>> {
    if let Some((first, rest)) = text.split_once(char::is_whitespace) {
        // A backslash says that the name is escaped; of the digest it says nothing.
        let first = first.strip_prefix('\\').unwrap_or(first);
        if is_digest(first) {
            let name = rest.trim_start();
            let name = name.strip_prefix('*').unwrap_or(name);
            return Some(ExpectedDigest::new(first, of, name));
        }
    }
    let (name, last) = text.rsplit_once(char::is_whitespace)?;
    is_digest(last).then(|| ExpectedDigest::new(last, of, name.trim_end_matches([' ', ':', '='])))
}

fn quoted(c: char) -> String {
    let mut text = [0; 4];
    format!(
        "'{}'",
        shown(std::path::Path::new(&*c.encode_utf8(&mut text)))
    )
}

/// How long digests are: "8, 32, 40, 56, 64, 96 or 128".
fn lengths() -> String {
    listed(Algorithm::ALL.iter().map(|a| a.digest_len() * 2).collect())
}

fn listed(mut lengths: Vec<usize>) -> String {
    lengths.sort_unstable();
    lengths.dedup();
    let last = lengths.pop().unwrap_or_default();
    let rest: Vec<String> = lengths.iter().map(ToString::to_string).collect();
    format!("{} or {last}", rest.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MD5: &str = "d41d8cd98f00b204e9800998ecf8427e";
    const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn read(text: &str) -> ExpectedDigest {
        text.parse()
            .unwrap_or_else(|error| panic!("{text:?}: {error}"))
    }

    #[test]
    fn case_spaces_breaks_and_what_stands_around_it_do_not_matter() {
        for (text, algorithm, name) in [
            (SHA256.to_owned(), Algorithm::Sha256, None),
            (SHA256.to_uppercase(), Algorithm::Sha256, None),
            (
                format!("  {}\n{}\r\n", &SHA256[..32], &SHA256[32..]),
                Algorithm::Sha256,
                None,
            ),
            (format!("SHA256:{SHA256}"), Algorithm::Sha256, None),
            (format!("sha-256 = {SHA256}"), Algorithm::Sha256, None),
            (format!("blake3: {SHA256}"), Algorithm::Blake3, None),
            (
                format!("{SHA256}  photo.iso"),
                Algorithm::Sha256,
                Some("photo.iso"),
            ),
            (
                format!("{SHA256} *my photo.iso\n"),
                Algorithm::Sha256,
                Some("my photo.iso"),
            ),
            (
                format!("\\{SHA256}  a\\nb"),
                Algorithm::Sha256,
                Some("a\\nb"),
            ),
            (
                format!("SHA256 (a (1).iso) = {SHA256}"),
                Algorithm::Sha256,
                Some("a (1).iso"),
            ),
            (
                format!("SHA2-256(x.iso)= {SHA256}"),
                Algorithm::Sha256,
                Some("x.iso"),
            ),
            (format!("{SHA256}  cafe"), Algorithm::Sha256, Some("cafe")),
            (format!("md5 {MD5}"), Algorithm::Md5, None),
            (format!("MD5: {MD5}  x.iso"), Algorithm::Md5, Some("x.iso")),
            (format!("x.iso: {MD5}"), Algorithm::Md5, Some("x.iso")),
            (
                "d41d8cd9 8f00b204 e9800998 ecf8427e".to_owned(),
                Algorithm::Md5,
                None,
            ),
            (
                "D4:1D:8C:D9:8F:00:B2:04:E9:80:09:98:EC:F8:42:7E".to_owned(),
                Algorithm::Md5,
                None,
            ),
            (
                "holiday.jpg 1A2b3C4d".to_owned(),
                Algorithm::Crc32,
                Some("holiday.jpg"),
            ),
        ] {
            let expected = read(&text);
            assert_eq!(expected.candidates()[0], algorithm, "{text:?}");
            assert_eq!(expected.name(), name, "{text:?}");
            let digits = expected.digest().to_string();
            let wanted = [SHA256, MD5, "1a2b3c4d"];
            assert!(wanted.contains(&digits.as_str()), "{text:?}: {digits}");
        }
    }

    #[test]
    fn the_length_names_every_algorithm_it_can_be_of_and_a_tag_one() {
        let candidates = read(SHA256).candidates().to_vec();
        let all: Vec<Algorithm> = Algorithm::ALL
            .iter()
            .copied()
            .filter(|algorithm| algorithm.digest_len() == 32)
            .collect();
        assert_eq!(candidates, all);
        assert!(all.len() > 3);
        let tagged = read(&format!("sha3-256:{SHA256}"));
        assert_eq!(tagged.candidates(), [Algorithm::Sha3_256]);
        for &algorithm in Algorithm::ALL {
            let digits = "ab".repeat(algorithm.digest_len());
            assert!(read(&digits).candidates().contains(&algorithm));
        }
    }

    #[test]
    fn what_is_no_digest_is_said_in_words() {
        for (text, words) in [
            ("", "nothing is expected yet"),
            (" \n", "nothing is expected yet"),
            (
                "d41d8",
                "5 digits; a digest has 8, 32, 40, 56, 64, 96 or 128",
            ),
            (&MD5[..31], "31 digits: one is missing, or one too many"),
            (
                &MD5[..30],
                "30 digits; a digest has 8, 32, 40, 56, 64, 96 or 128",
            ),
            (
                "d41g8cd9",
                "'g' is not among the digits of a digest, 0 to 9 and a to f",
            ),
            (
                "abc\u{202e}",
                "'\\u{202e}' is not among the digits of a digest, 0 to 9 and a to f",
            ),
            ("sha256:d41d", "4 digits; SHA-256 has 64"),
            ("SHA256 (x) = ", "0 digits; SHA-256 has 64"),
        ] {
            let error = text.parse::<ExpectedDigest>().unwrap_err();
            assert_eq!(error.to_string(), words, "{text:?}");
        }
    }
}
