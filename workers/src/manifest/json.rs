//! JSON: an array of objects, one a line. A name that is not text has, beside the readable
//! `path`, its true bytes in hexadecimal as `path_hex`.

use std::io::{self, Write};

use super::{Entry, ListFormat};
use crate::algorithm::{Algorithm, Digest};
use crate::name::path_bytes;

pub(super) struct Json;

impl ListFormat for Json {
    fn name(&self) -> &'static str {
        "json"
    }
    fn label(&self) -> &'static str {
        "JSON"
    }
    fn extension(&self, _algorithms: &[Algorithm]) -> String {
        "json".to_owned()
    }
    fn refuses(&self, _algorithms: &[Algorithm]) -> Option<String> {
        None
    }
    fn header(&self, _algorithms: &[Algorithm], out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"[")
    }
    fn entry(
        &self,
        entry: &Entry<'_>,
        algorithms: &[Algorithm],
        first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        out.write_all(if first {
            b"\n  {\"path\": "
        } else {
            b",\n  {\"path\": "
        })?;
        let bytes = path_bytes(entry.path);
        string(&String::from_utf8_lossy(bytes), out)?;
        if std::str::from_utf8(bytes).is_err() {
            write!(out, ", \"path_hex\": \"")?;
            for part in bytes.chunks(32) {
                write!(out, "{}", Digest(part))?;
            }
            write!(out, "\"")?;
        }
        write!(out, ", \"size\": {}", entry.size)?;
        for (algorithm, digest) in entry.each(algorithms) {
            write!(out, ", \"{}\": \"{digest}\"", algorithm.name())?;
        }
        out.write_all(b"}")
    }
    fn footer(&self, empty: bool, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if empty { b"]\n" } else { b"\n]\n" })
    }
}

fn string(text: &str, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"\"")?;
    for c in text.chars() {
        match c {
            '"' => out.write_all(b"\\\"")?,
            '\\' => out.write_all(b"\\\\")?,
            c if u32::from(c) < 0x20 || c == '\u{7f}' => write!(out, "\\u{:04x}", u32::from(c))?,
            c => write!(out, "{c}")?,
        }
    }
    out.write_all(b"\"")
}
