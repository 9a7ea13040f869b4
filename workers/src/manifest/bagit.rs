//! Manifests of bags (RFC 8493, BagIt 1.0): `manifest-ALG.txt` lists every file under `data/`.
//!
//! In a name CR, LF and `%`, and only those, are percent-encoded; between folders is `/` on every
//! system. Written is UTF-8, the encoding that bags declare unless they are very old.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Component, Path};

use super::digests::Digests;
use super::gnu::{is_blank, skip_blanks};
use super::line_error::LineError;
use super::read::Row;
use super::read::recognise::{Chosen, RecordReader};
use super::{File, ListFormat, one_algorithm};
use crate::algorithm::Algorithm;
use crate::name::{path_bytes, portable_bytes};

pub(super) struct Bagit;

impl ListFormat for Bagit {
    fn name(&self) -> &'static str {
        "bagit"
    }
    fn label(&self) -> &'static str {
        "BagIt manifest"
    }
    fn extension(&self, _algorithms: &[Algorithm]) -> String {
        "txt".to_owned()
    }
    fn file_name(&self, algorithms: &[Algorithm]) -> Option<String> {
        // The specification wants the name without its dashes: sha3-256 would be sha3256.
        let name = algorithms.first()?.name().replace('-', "");
        Some(format!("manifest-{name}.txt"))
    }
    fn refuses(&self, algorithms: &[Algorithm]) -> Option<String> {
        one_algorithm(algorithms)
    }
    fn cannot_carry(&self, path: &Path) -> Option<&'static str> {
        if std::str::from_utf8(path_bytes(path)).is_err() {
            return Some("it is not text");
        }
        let mut parts = path.components();
        let in_data = parts.next() == Some(Component::Normal("data".as_ref()))
            && path_bytes(path).len() > "data/".len();
        if !in_data || !parts.all(|part| matches!(part, Component::Normal(_))) {
            return Some(
                "a bag lists only what is in its folder data; start from the folder that holds it",
            );
        }
        None
    }
    fn entry(
        &self,
        file: &File<'_>,
        algorithms: &[Algorithm],
        _first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for (_, digest) in file.present(algorithms) {
            write!(out, "{digest}  ")?;
            for &byte in portable_bytes(file.path).iter() {
                match byte {
                    b'\n' => out.write_all(b"%0A")?,
                    b'\r' => out.write_all(b"%0D")?,
                    b'%' => out.write_all(b"%25")?,
                    other => out.write_all(&[other])?,
                }
            }
            out.write_all(b"\n")?;
        }
        Ok(())
    }
    fn is_called(&self, name: &str) -> bool {
        let name = name.strip_prefix("tag").unwrap_or(name);
        name.starts_with("manifest-") && name.ends_with(".txt")
    }
    fn leaves_algorithm_open(&self) -> bool {
        true
    }
    fn reader(&self, chosen: &Chosen) -> Box<dyn RecordReader> {
        Box::new(Reader(chosen.algorithm))
    }
}

struct Reader(Algorithm);

impl RecordReader for Reader {
    fn read<'a>(&mut self, record: &'a [u8]) -> Result<Option<Row<'a>>, LineError> {
        let line = record.strip_suffix(b"\n").unwrap_or(record);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Ok(None);
        }
        let end = line
            .iter()
            .position(|&byte| is_blank(byte))
            .ok_or(LineError::Shape(
                "a line of a BagIt manifest (digest, blanks, name)",
            ))?;
        let mut digests = Digests::default();
        digests.push(self.0, &line[..end])?;
        let name = skip_blanks(&line[end..]);
        // What md5sum writes before the name of a file read as binary; bags were made with it.
        let name = name.strip_prefix(b"*").unwrap_or(name);
        if name.is_empty() {
            return Err(LineError::NoName);
        }
        if name.contains(&0) {
            return Err(LineError::NulInName);
        }
        Ok(Some(Row {
            name: decoded(name),
            size: None,
            digests,
        }))
    }
}

/// Undoes the encoding of CR, LF and `%`. Any other `%` stands for itself: bags from before 1.0
/// have them in names.
fn decoded(name: &[u8]) -> Cow<'_, [u8]> {
    if !name.contains(&b'%') {
        return Cow::Borrowed(name);
    }
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((&first, tail)) = rest.split_first() {
        let (byte, taken) = match rest {
            [b'%', b'0', b'A' | b'a', ..] => (b'\n', 3),
            [b'%', b'0', b'D' | b'd', ..] => (b'\r', 3),
            [b'%', b'2', b'5', ..] => (b'%', 3),
            _ => (first, 1),
        };
        out.push(byte);
        rest = &tail[taken - 1..];
    }
    Cow::Owned(out)
}
