//! SFV: a name, a space, eight hexadecimal digits; lines that begin with `;` are comments.
//!
//! There is no rule for the encoding of names. Written is UTF-8. Read is UTF-8, UTF-16 with its
//! byte-order mark, and, in files of old programs, some 8-bit code page: on Unix its bytes are the
//! name, on Windows they are taken for Windows-1252, the most usual.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::digests::Digests;
use super::gnu::is_blank;
use super::line_error::LineError;
use super::read::Row;
use super::read::recognise::{Chosen, RecordReader};
use super::{File, ListFormat};
use crate::algorithm::Algorithm;
use crate::name::{path_bytes, path_from_bytes};

pub(super) struct Sfv;

impl ListFormat for Sfv {
    fn name(&self) -> &'static str {
        "sfv"
    }
    fn label(&self) -> &'static str {
        "SFV"
    }
    fn extension(&self, _algorithms: &[Algorithm]) -> String {
        "sfv".to_owned()
    }
    fn refuses(&self, algorithms: &[Algorithm]) -> Option<String> {
        (algorithms != [Algorithm::Crc32])
            .then(|| "it holds CRC-32 only; choose crc32, or another format".to_owned())
    }
    fn cannot_carry(&self, path: &Path) -> Option<&'static str> {
        let name = path_bytes(path);
        if name.contains(&b'\n') || name.contains(&b'\r') {
            Some("it holds a line break")
        } else if name.first() == Some(&b';') {
            Some("it begins with ';' and would read back as a comment")
        } else if let Some(why) = dropped_by_readers(name) {
            Some(why)
        } else if name.starts_with("\u{feff}".as_bytes()) {
            Some("it begins with a byte-order mark, which readers drop")
        } else if std::str::from_utf8(name).is_err() {
            Some("it is not text")
        } else {
            None
        }
    }
    fn entry(
        &self,
        file: &File<'_>,
        algorithms: &[Algorithm],
        _first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for (_, digest) in file.present(algorithms) {
            out.write_all(path_bytes(file.path))?;
            writeln!(out, " {}", digest.to_string().to_uppercase())?;
        }
        Ok(())
    }
    fn is_called(&self, name: &str) -> bool {
        name.ends_with(".sfv")
    }
    fn told_by_its_lines(&self) -> bool {
        true
    }
    fn reader(&self, _chosen: &Chosen) -> Box<dyn RecordReader> {
        Box::new(Reader)
    }
    fn path(&self, name: &[u8]) -> Option<PathBuf> {
        path_from_bytes(name).or_else(|| Some(PathBuf::from(windows_1252(name))))
    }
}

/// Why a name would not be read back whole: what stands at its ends is what lines are cut at.
fn dropped_by_readers(name: &[u8]) -> Option<&'static str> {
    match (name.first()?, name.last()?) {
        (b' ', _) => Some("it begins with a space, which readers drop"),
        (b'\t', _) => Some("it begins with a tab, which readers drop"),
        (b'\x0c', _) => Some("it begins with a form feed, which readers drop"),
        (_, b' ') => Some("it ends with a space, which readers drop"),
        (_, b'\t') => Some("it ends with a tab, which readers drop"),
        (_, b'\x0c') => Some("it ends with a form feed, which readers drop"),
        _ => None,
    }
}

struct Reader;

impl RecordReader for Reader {
    fn read<'a>(&mut self, record: &'a [u8]) -> Result<Option<Row<'a>>, LineError> {
        const SHAPE: LineError =
            LineError::Shape("an SFV line (name, space, eight hexadecimal digits)");
        if record.first() == Some(&b';') {
            return Ok(None);
        }
        let line = record.trim_ascii_end();
        if line.is_empty() {
            return Ok(None);
        }
        let (name, digits) = line.split_last_chunk::<8>().ok_or(SHAPE)?;
        let named = name.trim_ascii_end();
        if !name.last().is_some_and(|&byte| is_blank(byte)) {
            return Err(SHAPE);
        }
        if named.is_empty() {
            return Err(LineError::NoName);
        }
        if named.contains(&0) {
            return Err(LineError::NulInName);
        }
        let mut digests = Digests::default();
        digests.push(Algorithm::Crc32, digits)?;
        Ok(Some(Row {
            name: Cow::Borrowed(named),
            size: None,
            digests,
        }))
    }
}

/// The text that these bytes are in Windows-1252. Its five unassigned places are the control
/// characters that Windows makes of them.
fn windows_1252(bytes: &[u8]) -> String {
    const FROM_80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    bytes
        .iter()
        .map(|&byte| match byte {
            0x80..=0x9f => FROM_80[usize::from(byte - 0x80)],
            other => char::from(other),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{dropped_by_readers, windows_1252};

    #[test]
    fn what_readers_drop_at_the_ends_of_a_name_is_called_what_it_is() {
        for (name, what) in [
            (" a", "begins with a space"),
            ("\ta", "begins with a tab"),
            ("a ", "ends with a space"),
            ("a\t", "ends with a tab"),
            ("a\x0c", "ends with a form feed"),
        ] {
            let why = dropped_by_readers(name.as_bytes()).unwrap_or_default();
            assert!(why.contains(what), "{name:?}: {why}");
        }
        assert_eq!(dropped_by_readers(b"a b\tc"), None);
        // Every blank that lines are trimmed by.
        for byte in (0..=u8::MAX).filter(|byte| byte.is_ascii_whitespace()) {
            let is_line_break = matches!(byte, b'\n' | b'\r');
            assert_eq!(dropped_by_readers(&[byte]).is_none(), is_line_break);
        }
    }

    #[test]
    fn an_old_code_page_becomes_text() {
        assert_eq!(windows_1252(b"caf\xe9 \x80 \x9f"), "café € Ÿ");
    }
}
