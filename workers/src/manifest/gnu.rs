//! GNU lines, as `sha256sum` and its sisters write them.

use std::io::{self, Write};
use std::path::Path;

use super::{Entry, ListFormat, one_algorithm};
use crate::algorithm::Algorithm;
use crate::name::path_bytes;

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
        entry: &Entry<'_>,
        algorithms: &[Algorithm],
        _first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let name = Escaped::new(entry.path, self.zero);
        for (_, digest) in entry.each(algorithms) {
            out.write_all(name.mark())?;
            write!(out, "{digest}  ")?;
            name.write(out)?;
            out.write_all(if self.zero { b"\0" } else { b"\n" })?;
        }
        Ok(())
    }
}

/// A name in which backslashes and line breaks are escaped, and the mark that says so.
pub(super) struct Escaped<'a> {
    name: &'a [u8],
    needed: bool,
}

impl<'a> Escaped<'a> {
    pub(super) fn new(path: &'a Path, never: bool) -> Self {
        let name = path_bytes(path);
        Self {
            name,
            needed: !never
                && name
                    .iter()
                    .any(|byte| matches!(byte, b'\\' | b'\n' | b'\r')),
        }
    }

    /// What stands before the line.
    pub(super) fn mark(&self) -> &'static [u8] {
        if self.needed { b"\\" } else { b"" }
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if !self.needed {
            return out.write_all(self.name);
        }
        for &byte in self.name {
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
