//! Comma-separated values as in RFC 4180, but with LF: `path,size` and a column an algorithm.
//! Read are columns in any order; those that nobody here knows are passed over.

use std::borrow::Cow;
use std::io::{self, Write};

use super::digests::Digests;
use super::line_error::LineError;
use super::read::Row;
use super::read::recognise::{Chosen, RecordReader};
use super::read::records::{Cutter, LineEnd};
use super::{File, ListFormat, size_of};
use crate::algorithm::Algorithm;
use crate::name::path_bytes;

pub(super) struct Csv;

impl ListFormat for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }
    fn label(&self) -> &'static str {
        "CSV"
    }
    fn extension(&self, _algorithms: &[Algorithm]) -> String {
        "csv".to_owned()
    }
    fn refuses(&self, _algorithms: &[Algorithm]) -> Option<String> {
        None
    }
    fn header(&self, algorithms: &[Algorithm], out: &mut dyn Write) -> io::Result<()> {
        write!(out, "path,size")?;
        for algorithm in algorithms {
            write!(out, ",{}", algorithm.name())?;
        }
        writeln!(out)
    }
    fn entry(
        &self,
        file: &File<'_>,
        algorithms: &[Algorithm],
        _first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        field(path_bytes(file.path), out)?;
        out.write_all(b",")?;
        if let Some(size) = file.size {
            write!(out, "{size}")?;
        }
        for (_, digest) in file.each(algorithms) {
            out.write_all(b",")?;
            if let Some(digest) = digest {
                write!(out, "{digest}")?;
            }
        }
        writeln!(out)
    }
    fn holds_sizes(&self) -> bool {
        true
    }
    fn begins(&self, head: &[u8]) -> bool {
        let line = head.split(|&byte| byte == b'\n').next().unwrap_or(head);
        let mut reader = Reader::default();
        reader.header(line).is_ok()
            && reader
                .columns
                .iter()
                .any(|column| matches!(column, Column::Size | Column::Digest(_)))
    }
    fn is_called(&self, name: &str) -> bool {
        name.ends_with(".csv")
    }
    fn cutter(&self, _line_end: LineEnd) -> Box<dyn Cutter> {
        Box::new(Records::FieldStart)
    }
    fn reader(&self, _chosen: &Chosen) -> Box<dyn RecordReader> {
        Box::new(Reader::default())
    }
}

/// Finds the line break that is not within quotes. Where it is in a record:
enum Records {
    /// Before the first byte of a field.
    FieldStart,
    /// In a field that does not begin with a quote.
    Bare,
    /// Between quotes.
    Quoted,
    /// Behind a quote that either ends the field or is the first of two.
    Quote,
}

impl Cutter for Records {
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            match self {
                Self::Bare => {
                    at += memchr::memchr2(b',', b'\n', &bytes[at..])?;
                    *self = Self::FieldStart;
                }
                Self::Quoted => {
                    at += memchr::memchr(b'"', &bytes[at..])?;
                    *self = Self::Quote;
                    at += 1;
                    continue;
                }
                Self::FieldStart if bytes[at] == b'"' => {
                    *self = Self::Quoted;
                    at += 1;
                    continue;
                }
                Self::Quote if bytes[at] == b'"' => {
                    *self = Self::Quoted;
                    at += 1;
                    continue;
                }
                Self::FieldStart | Self::Quote => {}
            }
            match bytes[at] {
                b'\n' => {
                    *self = Self::FieldStart;
                    return Some(at + 1);
                }
                b',' => *self = Self::FieldStart,
                _ => *self = Self::Bare,
            }
            at += 1;
        }
        None
    }

    fn forget(&mut self) -> bool {
        let unfinished = matches!(self, Self::Quoted);
        *self = Self::FieldStart;
        unfinished
    }

    fn spans_lines(&self) -> bool {
        true
    }
}

#[derive(Default)]
struct Reader {
    columns: Vec<Column>,
    unknown: Vec<String>,
}

#[derive(PartialEq, Eq)]
enum Column {
    Path,
    Size,
    Digest(Algorithm),
    Unknown,
}

impl RecordReader for Reader {
    fn read<'a>(&mut self, record: &'a [u8]) -> Result<Option<Row<'a>>, LineError> {
        let line = without_end(record);
        if line.is_empty() {
            return Ok(None);
        }
        if self.columns.is_empty() {
            return self.header(record).map(|()| None);
        }
        let (mut name, mut size, mut digests) = (None, None, Digests::default());
        let (mut rest, mut found) = (Some(line), 0);
        while let Some(line) = rest {
            let (field, after) = next_field(line)?;
            rest = after;
            match self.columns.get(found) {
                Some(Column::Path) => name = Some(field),
                Some(Column::Size) if !field.is_empty() => size = Some(size_of(&field)?),
                Some(Column::Digest(algorithm)) if !field.is_empty() => {
                    digests.push(*algorithm, &field)?;
                }
                _ => {}
            }
            found += 1;
        }
        if found != self.columns.len() {
            return Err(LineError::Fields {
                found,
                expected: self.columns.len(),
            });
        }
        let name = name
            .filter(|name| !name.is_empty())
            .ok_or(LineError::NoName)?;
        if name.contains(&0) {
            return Err(LineError::NulInName);
        }
        if digests.is_empty() {
            return Err(LineError::NoDigest);
        }
        Ok(Some(Row {
            name,
            size,
            digests,
        }))
    }

    fn unknown(&self) -> &[String] {
        &self.unknown
    }
}

impl Reader {
    /// Takes the names of the columns. A list whose first record names no path has none.
    fn header(&mut self, record: &[u8]) -> Result<(), LineError> {
        let mut columns = Vec::new();
        let mut unknown = Vec::new();
        let mut rest = Some(without_end(record));
        while let Some(line) = rest {
            let (field, after) = next_field(line)?;
            rest = after;
            let name = String::from_utf8_lossy(&field).trim().to_ascii_lowercase();
            let column = match name.as_str() {
                "path" => Column::Path,
                "size" => Column::Size,
                other => other.parse().map_or(Column::Unknown, Column::Digest),
            };
            if column == Column::Unknown {
                unknown.push(name);
            } else if columns.contains(&column) {
                return Err(LineError::ColumnTwice(name));
            }
            columns.push(column);
        }
        if !columns.contains(&Column::Path) {
            return Err(LineError::NoHeader);
        }
        (self.columns, self.unknown) = (columns, unknown);
        Ok(())
    }
}

fn without_end(record: &[u8]) -> &[u8] {
    let line = record.strip_suffix(b"\n").unwrap_or(record);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// A field, and what follows its comma if there is one.
type Field<'a> = (Cow<'a, [u8]>, Option<&'a [u8]>);

/// The first field of a line.
fn next_field(line: &[u8]) -> Result<Field<'_>, LineError> {
    let Some(quoted) = line.strip_prefix(b"\"") else {
        return Ok(match memchr::memchr(b',', line) {
            Some(comma) => (Cow::Borrowed(&line[..comma]), Some(&line[comma + 1..])),
            None => (Cow::Borrowed(line), None),
        });
    };
    let mut field = Cow::Borrowed(&[][..]);
    let mut rest = quoted;
    loop {
        let quote = memchr::memchr(b'"', rest).ok_or(LineError::Quotes)?;
        let (part, after) = (&rest[..quote], &rest[quote + 1..]);
        if field.is_empty() {
            field = Cow::Borrowed(part);
        } else {
            field.to_mut().extend_from_slice(part);
        }
        match after {
            [] => return Ok((field, None)),
            [b',', after @ ..] => return Ok((field, Some(after))),
            [b'"', after @ ..] => {
                field.to_mut().push(b'"');
                rest = after;
            }
            _ => return Err(LineError::Quotes),
        }
    }
}

fn field(bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
    if !bytes
        .iter()
        .any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r'))
    {
        return out.write_all(bytes);
    }
    out.write_all(b"\"")?;
    for &byte in bytes {
        out.write_all(if byte == b'"' {
            b"\"\""
        } else {
            std::slice::from_ref(&byte)
        })?;
    }
    out.write_all(b"\"")
}
