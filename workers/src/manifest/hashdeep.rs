//! hashdeep: a header that names the columns; size first, name last.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use super::digests::Digests;
use super::line_error::LineError;
use super::read::Row;
use super::read::recognise::{Chosen, RecordReader};
use super::{File, ListFormat, size_of};
use crate::algorithm::Algorithm;
use crate::name::path_bytes;

pub(super) struct Hashdeep;

/// The algorithms that hashdeep knows, in the order of its columns.
const KNOWN: [Algorithm; 3] = [Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha256];

impl ListFormat for Hashdeep {
    fn name(&self) -> &'static str {
        "hashdeep"
    }
    fn label(&self) -> &'static str {
        "hashdeep"
    }
    fn extension(&self, _algorithms: &[Algorithm]) -> String {
        "hashdeep".to_owned()
    }
    fn refuses(&self, algorithms: &[Algorithm]) -> Option<String> {
        let stranger = algorithms.iter().find(|a| !KNOWN.contains(a))?;
        Some(format!(
            "it knows md5, sha1 and sha256, and not {}",
            stranger.name()
        ))
    }
    fn cannot_carry(&self, path: &Path) -> Option<&'static str> {
        let name = path_bytes(path);
        (name.contains(&b'\n') || name.contains(&b'\r')).then_some("it holds a line break")
    }
    fn header(&self, algorithms: &[Algorithm], out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "%%%% HASHDEEP-1.0")?;
        write!(out, "%%%% size,")?;
        for algorithm in algorithms {
            write!(out, "{},", algorithm.name())?;
        }
        writeln!(out, "filename")
    }
    fn entry(
        &self,
        file: &File<'_>,
        algorithms: &[Algorithm],
        _first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        write!(out, "{},", file.size.unwrap_or_default())?;
        for (_, digest) in file.present(algorithms) {
            write!(out, "{digest},")?;
        }
        out.write_all(path_bytes(file.path))?;
        out.write_all(b"\n")
    }
    fn holds_sizes(&self) -> bool {
        true
    }
    fn wants_all(&self) -> bool {
        true
    }
    fn begins(&self, head: &[u8]) -> bool {
        head.starts_with(b"%%%% HASHDEEP-")
    }
    fn is_called(&self, name: &str) -> bool {
        name.ends_with(".hashdeep")
    }
    fn reader(&self, _chosen: &Chosen) -> Box<dyn RecordReader> {
        Box::new(Reader::default())
    }
}

/// Reads lists of one column order after another: two lists put together have two headers.
#[derive(Default)]
struct Reader {
    columns: Vec<Column>,
    unknown: Vec<String>,
}

enum Column {
    Size,
    Digest(Algorithm),
    Unknown,
}

impl RecordReader for Reader {
    fn read<'a>(&mut self, record: &'a [u8]) -> Result<Option<Row<'a>>, LineError> {
        let line = record.strip_suffix(b"\n").unwrap_or(record);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || line.starts_with(b"#") {
            return Ok(None);
        }
        if let Some(header) = line.strip_prefix(b"%%%% ") {
            return self.header(header).map(|()| None);
        }
        if self.columns.is_empty() {
            return Err(LineError::NoHeader);
        }
        let expected = self.columns.len() + 1;
        let (mut size, mut digests, mut rest) = (None, Digests::default(), line);
        for (index, column) in self.columns.iter().enumerate() {
            let comma = memchr::memchr(b',', rest).ok_or(LineError::Fields {
                found: index + 1,
                expected,
            })?;
            let (field, after) = (&rest[..comma], &rest[comma + 1..]);
            match column {
                Column::Size => size = Some(size_of(field)?),
                Column::Digest(algorithm) => digests.push(*algorithm, field)?,
                Column::Unknown => {}
            }
            rest = after;
        }
        if digests.is_empty() {
            return Err(LineError::NoDigest);
        }
        if rest.is_empty() {
            return Err(LineError::NoName);
        }
        if rest.contains(&0) {
            return Err(LineError::NulInName);
        }
        Ok(Some(Row {
            name: Cow::Borrowed(rest),
            size,
            digests,
        }))
    }

    fn unknown(&self) -> &[String] {
        &self.unknown
    }
}

impl Reader {
    fn header(&mut self, header: &[u8]) -> Result<(), LineError> {
        if header.starts_with(b"HASHDEEP-") {
            return Ok(());
        }
        let header = header.trim_ascii_end();
        let columns = header.strip_suffix(b",filename").ok_or(LineError::Shape(
            "a header of hashdeep (%%%% size,md5,sha256,filename)",
        ))?;
        self.columns.clear();
        for column in columns.split(|&byte| byte == b',') {
            let column = String::from_utf8_lossy(column);
            self.columns.push(match &*column {
                "size" => Column::Size,
                name => match name.parse() {
                    Ok(algorithm) => Column::Digest(algorithm),
                    Err(_) => {
                        if !self.unknown.iter().any(|known| known == name) {
                            self.unknown.push(name.to_owned());
                        }
                        Column::Unknown
                    }
                },
            });
        }
        Ok(())
    }
}
