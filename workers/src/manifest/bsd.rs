//! BSD tags, as `sha256` of the BSDs and `cksum --tag` of coreutils write them; OpenSSL's, which
//! leave out two spaces, are read too, and digests in Base64.

use std::borrow::Cow;
use std::io::{self, Write};

use super::digests::Digests;
use super::gnu::{Escaped, content_of, is_blank, skip_blanks, whole_name};
use super::line_error::LineError;
use super::read::Row;
use super::read::recognise::{Chosen, RecordReader};
use super::read::records::LineEnd;
use super::{File, ListFormat};
use crate::algorithm::Algorithm;

pub(super) struct Bsd;

impl ListFormat for Bsd {
    fn name(&self) -> &'static str {
        "bsd"
    }
    fn label(&self) -> &'static str {
        "BSD tags"
    }
    fn extension(&self, algorithms: &[Algorithm]) -> String {
        match algorithms {
            [one] => one.name().to_owned(),
            _ => "sums".to_owned(),
        }
    }
    fn refuses(&self, _algorithms: &[Algorithm]) -> Option<String> {
        None
    }
    fn entry(
        &self,
        file: &File<'_>,
        algorithms: &[Algorithm],
        _first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let name = Escaped::new(file.path, false);
        for (algorithm, digest) in file.present(algorithms) {
            out.write_all(name.mark())?;
            write!(out, "{} (", algorithm.bsd_tag())?;
            name.write(out)?;
            writeln!(out, ") = {digest}")?;
        }
        Ok(())
    }
    fn told_by_its_lines(&self) -> bool {
        true
    }
    fn reader(&self, chosen: &Chosen) -> Box<dyn RecordReader> {
        Box::new(Reader(chosen.line_end))
    }
}

struct Reader(LineEnd);

impl RecordReader for Reader {
    fn read<'a>(&mut self, record: &'a [u8]) -> Result<Option<Row<'a>>, LineError> {
        content_of(record, self.0).map(row).transpose()
    }
}

/// What a tagged line says, digest and all. Unlike [`parse`], which takes what coreutils takes,
/// with any number of blanks after the tag: rhash puts short tags under long ones so.
pub(super) fn row(line: &[u8]) -> Result<Row<'_>, LineError> {
    let TaggedLine {
        tag, name, digest, ..
    } = parse_with(line, skip_blanks)?;
    let algorithm = algorithm_of(tag)
        .ok_or_else(|| LineError::UnknownAlgorithm(String::from_utf8_lossy(tag).into_owned()))?;
    let mut digests = Digests::default();
    digests.push_either(algorithm, digest)?;
    Ok(Row {
        name,
        size: None,
        digests,
    })
}

/// The parts of a tagged line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedLine<'a> {
    /// The algorithm's tag as it is written: `SHA256`, `BLAKE2b-256`, OpenSSL's `SHA2-256`.
    pub tag: &'a [u8],
    /// The name, unescaped: never empty, without NUL.
    pub name: Cow<'a, [u8]>,
    /// The digest as it is written; not looked at.
    pub digest: &'a [u8],
    /// Whether the line began with the backslash that says its name is escaped.
    pub escaped: bool,
}

/// The parts of a line that [`content`](super::gnu::content) has given. The last `)` ends the
/// name: a name may hold any number of them, a digest none.
///
/// # Errors
/// [`LineError::Shape`] if this is no tagged line at all; else what is wrong with its name.
pub fn parse(line: &[u8]) -> Result<TaggedLine<'_>, LineError> {
    parse_with(line, |rest| rest.strip_prefix(b" ").unwrap_or(rest))
}

fn parse_with(
    line: &[u8],
    before_name: impl FnOnce(&[u8]) -> &[u8],
) -> Result<TaggedLine<'_>, LineError> {
    const SHAPE: LineError = LineError::Shape("a tagged line (ALGORITHM (name) = digest)");
    let line = skip_blanks(line);
    let (escaped, line) = match line.strip_prefix(b"\\") {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let tag_len = line.iter().take_while(|&&byte| in_tag(byte)).count();
    let (tag, rest) = line.split_at(tag_len);
    let rest = before_name(rest).strip_prefix(b"(").ok_or(SHAPE)?;
    let end = rest.iter().rposition(|&byte| byte == b')').ok_or(SHAPE)?;
    let digest = skip_blanks(&rest[end + 1..])
        .strip_prefix(b"=")
        .map(skip_blanks)
        .ok_or(SHAPE)?;
    if tag.is_empty() || digest.is_empty() || digest.iter().any(|&byte| is_blank(byte)) {
        return Err(SHAPE);
    }
    Ok(TaggedLine {
        tag,
        name: whole_name(&rest[..end], escaped)?,
        digest,
        escaped,
    })
}

/// The letters of tags. `/` is in OpenSSL's `SHA512/256`.
fn in_tag(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/' | b'_')
}

/// The algorithm that a tag stands for. Letter case and dashes do not matter; OpenSSL's `SHA2-256`,
/// `BLAKE2B-512` and `SHA512/256` are known.
#[must_use]
pub fn algorithm_of(tag: &[u8]) -> Option<Algorithm> {
    let tag = std::str::from_utf8(tag).ok()?;
    // What every line of a long list has needs no folding of letters.
    if let Some(&exact) = Algorithm::ALL.iter().find(|a| a.bsd_tag() == tag) {
        return Some(exact);
    }
    if let Ok(algorithm) = tag.parse() {
        return Some(algorithm);
    }
    let upper = tag.to_ascii_uppercase();
    match upper.as_str() {
        "BLAKE2B-512" | "BLAKE2B512" => Some(Algorithm::Blake2b),
        _ => format!("SHA{}", upper.strip_prefix("SHA2-")?).parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::{LineError, algorithm_of, parse};
    use crate::algorithm::Algorithm;

    #[test]
    fn tags_of_coreutils_and_of_openssl_are_read() {
        for (line, tag, name, digest) in [
            ("SHA256 (a b) = 00ff", "SHA256", "a b", "00ff"),
            ("SHA2-256(a)= 00ff", "SHA2-256", "a", "00ff"),
            ("MD5 (a) = (b) = 00", "MD5", "a) = (b", "00"),
            ("  MD5 ()) =00", "MD5", ")", "00"),
            ("\\MD5 (a\\nb) = 00", "MD5", "a\nb", "00"),
            ("MD5 (a\\nb) = 00", "MD5", "a\\nb", "00"),
            ("BLAKE2b-256 (a)\t=\t00", "BLAKE2b-256", "a", "00"),
        ] {
            let read = parse(line.as_bytes()).unwrap();
            assert_eq!(read.tag, tag.as_bytes(), "{line}");
            assert_eq!(&*read.name, name.as_bytes(), "{line}");
            assert_eq!(read.digest, digest.as_bytes(), "{line}");
        }
    }

    #[test]
    fn a_line_without_its_parts_is_bad() {
        for line in [
            "",
            "MD5",
            "MD5 (a",
            "MD5 (a)",
            "MD5 (a) 00",
            "MD5 (a) =",
            "(a) = 00",
            "MD5  (a) = 00",
            "MD5 (a) = 00 ",
            "00  a",
        ] {
            assert!(
                matches!(parse(line.as_bytes()), Err(LineError::Shape(_))),
                "{line}"
            );
        }
        assert_eq!(parse(b"MD5 () = 00"), Err(LineError::NoName));
        assert_eq!(parse(b"MD5 (a\0) = 00"), Err(LineError::NulInName));
        assert_eq!(parse(b"\\MD5 (a\\x) = 00"), Err(LineError::BadEscape));
    }

    #[test]
    fn every_tag_that_is_written_and_those_of_openssl_name_their_algorithm() {
        for &algorithm in Algorithm::ALL {
            assert_eq!(
                algorithm_of(algorithm.bsd_tag().as_bytes()),
                Some(algorithm)
            );
        }
        for (tag, algorithm) in [
            ("SHA2-256", Algorithm::Sha256),
            ("SHA2-512/256", Algorithm::Sha512_256),
            ("SHA512/224", Algorithm::Sha512_224),
            ("BLAKE2B-512", Algorithm::Blake2b),
            ("SHA3-256", Algorithm::Sha3_256),
            ("SHA1", Algorithm::Sha1),
        ] {
            assert_eq!(algorithm_of(tag.as_bytes()), Some(algorithm), "{tag}");
        }
        assert_eq!(algorithm_of(b"HMAC-SHA2-256"), None);
        assert_eq!(algorithm_of(b"SHA2-"), None);
    }
}
