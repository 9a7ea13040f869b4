//! hashdeep: a header that names the columns; size first, name last.

use std::io::{self, Write};
use std::path::Path;

use super::{Entry, ListFormat};
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
        entry: &Entry<'_>,
        algorithms: &[Algorithm],
        _first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        write!(out, "{},", entry.size)?;
        for (_, digest) in entry.each(algorithms) {
            write!(out, "{digest},")?;
        }
        out.write_all(path_bytes(entry.path))?;
        out.write_all(b"\n")
    }
}
