//! Comma-separated values as in RFC 4180, but with LF: `path,size` and a column an algorithm.

use std::io::{self, Write};

use super::{Entry, ListFormat};
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
        entry: &Entry<'_>,
        algorithms: &[Algorithm],
        _first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        field(path_bytes(entry.path), out)?;
        write!(out, ",{}", entry.size)?;
        for (_, digest) in entry.each(algorithms) {
            write!(out, ",{digest}")?;
        }
        writeln!(out)
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
