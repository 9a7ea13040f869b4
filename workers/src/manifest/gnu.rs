//! GNU lines, as `sha256sum` and its sisters write and read them.
//!
//! What is read here is what `--check` of GNU coreutils 9.1 reads, with one exception: a NUL makes
//! a line bad, where coreutils would check the file whose name is what stands before the NUL.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use super::digests::{Digests, check};
use super::line_error::{LineError, is_of_cksum};
use super::read::Row;
use super::read::recognise::{Chosen, RecordReader};
use super::read::records::LineEnd;
use super::{File, ListFormat, bsd, one_algorithm};
use crate::algorithm::Algorithm;
use crate::name::portable_bytes;

pub(super) struct Gnu {
    pub(super) zero: bool,
}

impl ListFormat for Gnu {
    fn name(&self) -> &'static str {
        "gnu"
    }
    fn label(&self) -> &'static str {
        "GNU lines"
    }
    fn extension(&self, algorithms: &[Algorithm]) -> String {
        algorithms
            .first()
            .map_or("sums", |algorithm| algorithm.name())
            .to_owned()
    }
    fn refuses(&self, algorithms: &[Algorithm]) -> Option<String> {
        one_algorithm(algorithms)
    }
    fn entry(
        &self,
        file: &File<'_>,
        algorithms: &[Algorithm],
        _first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let name = Escaped::new(file.path, self.zero);
        for (_, digest) in file.present(algorithms) {
            out.write_all(name.mark())?;
            write!(out, "{digest}  ")?;
            name.write(out)?;
            out.write_all(if self.zero { b"\0" } else { b"\n" })?;
        }
        Ok(())
    }
    fn is_called(&self, name: &str) -> bool {
        name.ends_with("sums") || name.ends_with("sum")
    }
    fn told_by_its_lines(&self) -> bool {
        true
    }
    fn leaves_algorithm_open(&self) -> bool {
        true
    }
    fn reader(&self, chosen: &Chosen) -> Box<dyn RecordReader> {
        // No program ever wrote CRC-32 with one blank, and an SFV line of a file that is called
        // `cafebabe` looks like that.
        let form = match chosen.algorithm {
            Algorithm::Crc32 => Form::Marked,
            _ => Form::Undecided,
        };
        Box::new(Reader {
            chosen: *chosen,
            form,
        })
    }
}

struct Reader {
    chosen: Chosen,
    form: Form,
}

impl RecordReader for Reader {
    fn read<'a>(&mut self, record: &'a [u8]) -> Result<Option<Row<'a>>, LineError> {
        let Some(line) = content_of(record, self.chosen.line_end) else {
            return Ok(None);
        };
        let algorithm = self.chosen.algorithm;
        let read = parse(line, &mut self.form, |text| {
            check(algorithm, text)?;
            if !super::hex::is_hex(text) {
                return Err(LineError::NotHex);
            }
            Ok(())
        });
        match read {
            Ok(GnuLine { digest, name, .. }) => {
                let mut digests = Digests::default();
                digests.push(algorithm, digest)?;
                Ok(Some(Row {
                    name,
                    size: None,
                    digests,
                }))
            }
            // `sha256sum --check` takes tagged lines among the others.
            Err(why) => match bsd::row(line) {
                Err(LineError::Shape(_)) if is_of_cksum(line) => Err(LineError::Cksum),
                Err(LineError::Shape(_)) => Err(why),
                tagged => tagged.map(Some),
            },
        }
    }
}

/// As [`content`], for lines with any end. Lines that end in NUL hold nothing but their parts: no
/// comments, and line breaks belong to the name.
pub(super) fn content_of(record: &[u8], line_end: LineEnd) -> Option<&[u8]> {
    match line_end {
        LineEnd::LineFeed => content(record),
        LineEnd::CarriageReturn => content(record.strip_suffix(b"\r").unwrap_or(record)),
        LineEnd::Nul => {
            let line = record.strip_suffix(b"\0").unwrap_or(record);
            (!line.is_empty()).then_some(line)
        }
    }
}

/// A name in which backslashes and line breaks are escaped, and the mark that says so.
pub(super) struct Escaped<'a> {
    name: Cow<'a, [u8]>,
    needed: bool,
}

impl<'a> Escaped<'a> {
    pub(super) fn new(path: &'a Path, never: bool) -> Self {
        let name = portable_bytes(path);
        let special = |byte| matches!(byte, b'\\' | b'\n' | b'\r');
        Self {
            needed: !never && name.iter().copied().any(special),
            name,
        }
    }

    /// What stands before the line.
    pub(super) fn mark(&self) -> &'static [u8] {
        if self.needed { b"\\" } else { b"" }
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if !self.needed {
            return out.write_all(&self.name);
        }
        for &byte in self.name.iter() {
            match byte {
                b'\\' => out.write_all(b"\\\\")?,
                b'\n' => out.write_all(b"\\n")?,
                b'\r' => out.write_all(b"\\r")?,
                other => out.write_all(&[other])?,
            }
        }
        Ok(())
    }
}

/// What separates digest and name in one file. The first good line decides; lines of the other
/// form are then bad, because a name that begins with a blank could be read as one that does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// No good line has been read yet.
    #[default]
    Undecided,
    /// A blank and a mark: ` ` for text or `*` for binary.
    Marked,
    /// One blank, as programs of the BSDs once wrote.
    OneBlank,
}

/// What a line says about how the file was read. Files are always read as bytes; the mark only
/// tells what to write back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A space.
    Text,
    /// `*`
    Binary,
    /// None: the old form with one blank.
    Absent,
}

/// The parts of a GNU line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GnuLine<'a> {
    /// The digest as it is written.
    pub digest: &'a [u8],
    /// The mark before the name.
    pub mark: Mark,
    /// The name, unescaped: never empty, without NUL.
    pub name: Cow<'a, [u8]>,
    /// Whether the line began with the backslash that says its name is escaped.
    pub escaped: bool,
}

/// The part of a line that means something: without its line feed and one carriage return
/// before it. `None` for what readers pass over: an empty line, and one that begins with `#`.
#[must_use]
pub fn content(line: &[u8]) -> Option<&[u8]> {
    if line.first() == Some(&b'#') {
        return None;
    }
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    (!line.is_empty()).then_some(line)
}

/// Reads a line that [`content`] has given. `is_digest` says whether the text before the first
/// blank can be a digest (the right number of digits, say): only lines that pass decide the form.
///
/// # Errors
/// What is wrong with the line. The form may be decided all the same, by a line whose name is bad,
/// as coreutils has it.
pub fn parse<'a>(
    line: &'a [u8],
    form: &mut Form,
    is_digest: impl FnOnce(&[u8]) -> Result<(), LineError>,
) -> Result<GnuLine<'a>, LineError> {
    const SHAPE: LineError = LineError::Shape("a GNU line (digest, two spaces, name)");
    let line = skip_blanks(line);
    let (escaped, line) = match line.strip_prefix(b"\\") {
        Some(rest) => (true, rest),
        None => (false, line),
    };
    let end = line.iter().position(|&byte| is_blank(byte)).ok_or(SHAPE)?;
    let (digest, rest) = (&line[..end], &line[end + 1..]);
    if digest.is_empty() {
        return Err(SHAPE);
    }
    is_digest(digest)?;
    let (mark, name) = match (rest, *form) {
        ([], _) => return Err(LineError::NoName),
        (_, Form::OneBlank) => (Mark::Absent, rest),
        ([mark @ (b' ' | b'*'), name @ ..], _) if !name.is_empty() => {
            *form = Form::Marked;
            let mark = if *mark == b'*' {
                Mark::Binary
            } else {
                Mark::Text
            };
            (mark, name)
        }
        ([b' ' | b'*'], Form::Marked) => return Err(LineError::NoName),
        (_, Form::Marked) => return Err(LineError::MixedForms),
        (_, Form::Undecided) => {
            *form = Form::OneBlank;
            (Mark::Absent, rest)
        }
    };
    Ok(GnuLine {
        digest,
        mark,
        name: whole_name(name, escaped)?,
        escaped,
    })
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

pub(super) fn skip_blanks(line: &[u8]) -> &[u8] {
    let blanks = line.iter().take_while(|&&byte| is_blank(byte)).count();
    &line[blanks..]
}

/// The name that is meant, or what is wrong with it.
pub(super) fn whole_name(name: &[u8], escaped: bool) -> Result<Cow<'_, [u8]>, LineError> {
    if name.is_empty() {
        return Err(LineError::NoName);
    }
    if name.contains(&0) {
        return Err(LineError::NulInName);
    }
    if escaped {
        unescape(name)
    } else {
        Ok(Cow::Borrowed(name))
    }
}

/// Undoes the escaping that a leading backslash announces: `\\`, `\n`, `\r`, and nothing else.
///
/// # Errors
/// [`LineError::BadEscape`] for any other letter after a backslash, and for a backslash at the end.
pub fn unescape(name: &[u8]) -> Result<Cow<'_, [u8]>, LineError> {
    if !name.contains(&b'\\') {
        return Ok(Cow::Borrowed(name));
    }
    let mut out = Vec::with_capacity(name.len());
    let mut bytes = name.iter();
    while let Some(&byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'\\') => b'\\',
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                _ => return Err(LineError::BadEscape),
            },
            other => other,
        });
    }
    Ok(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use super::{Form, GnuLine, LineError, Mark, content, parse};

    const HEX: &str = "d41d8cd98f00b204e9800998ecf8427e";

    fn read(line: &str, form: &mut Form) -> Result<(Mark, String), LineError> {
        let is_md5 = |digest: &[u8]| {
            (digest.len() == 32 && digest.iter().all(u8::is_ascii_hexdigit))
                .then_some(())
                .ok_or(LineError::NotHex)
        };
        let GnuLine { mark, name, .. } = parse(line.as_bytes(), form, is_md5)?;
        Ok((mark, String::from_utf8(name.into_owned()).unwrap()))
    }

    fn alone(line: &str) -> Result<(Mark, String), LineError> {
        read(line, &mut Form::default())
    }

    #[test]
    fn everything_after_the_mark_is_the_name() {
        for (line, mark, name) in [
            (format!("{HEX}  a b "), Mark::Text, "a b "),
            (format!("{HEX} *a"), Mark::Binary, "a"),
            (format!(" \t{HEX}   a"), Mark::Text, " a"),
            (format!("{HEX}\t *"), Mark::Text, "*"),
            (format!("{}  a", HEX.to_uppercase()), Mark::Text, "a"),
            (format!("\\{HEX}  a\\nb\\\\c\\r"), Mark::Text, "a\nb\\c\r"),
            (format!("{HEX}  a\\nb"), Mark::Text, "a\\nb"),
        ] {
            assert_eq!(alone(&line), Ok((mark, name.to_owned())), "{line:?}");
        }
    }

    #[test]
    fn a_line_that_is_not_whole_is_bad() {
        for (line, why) in [
            (HEX.to_owned(), "not a GNU line"),
            ("x".to_owned(), "not a GNU line"),
            (format!("{HEX} "), "no file name"),
            (format!("{}  a", &HEX[1..]), "not hexadecimal"),
            (format!("\\{HEX}  a\\t"), "backslash"),
            (format!("\\{HEX}  a\\"), "backslash"),
            (format!("{HEX}  a\0b"), "NUL"),
        ] {
            let error = alone(&line).unwrap_err().to_string();
            assert!(error.contains(why), "{line:?}: {error}");
        }
    }

    #[test]
    fn the_first_good_line_decides_how_many_blanks_there_are() {
        let mut form = Form::default();
        assert!(read("nonsense a", &mut form).is_err());
        assert_eq!(form, Form::Undecided);
        assert_eq!(
            read(&format!("{HEX} a"), &mut form),
            Ok((Mark::Absent, "a".into()))
        );
        assert_eq!(
            read(&format!("{HEX}  a"), &mut form),
            Ok((Mark::Absent, " a".into())),
            "the second blank belongs to the name"
        );
        let mut form = Form::default();
        assert!(read(&format!("{HEX}  a"), &mut form).is_ok());
        assert_eq!(
            read(&format!("{HEX} a"), &mut form),
            Err(LineError::MixedForms)
        );
        assert_eq!(read(&format!("{HEX}  "), &mut form), Err(LineError::NoName));
        // Coreutils takes a lone character after the blank for a name, whichever it is.
        assert_eq!(
            alone(&format!("{HEX}  ")),
            Ok((Mark::Absent, " ".to_owned()))
        );
    }

    #[test]
    fn comments_empty_lines_and_line_ends_are_passed_over() {
        assert_eq!(content(b"# x\n"), None);
        assert_eq!(content(b"\n"), None);
        assert_eq!(content(b"\r\n"), None);
        assert_eq!(content(b""), None);
        assert_eq!(content(b" # x\n"), Some(&b" # x"[..]));
        assert_eq!(content(b"a\r\r\n"), Some(&b"a\r"[..]));
        assert_eq!(content(b"a"), Some(&b"a"[..]));
    }
}
