//! SFV: a name, a space, eight hexadecimal digits.

use std::io::{self, Write};
use std::path::Path;

use super::{Entry, ListFormat};
use crate::algorithm::Algorithm;
use crate::name::path_bytes;

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
        } else if name.first().is_some_and(u8::is_ascii_whitespace) {
            Some("it begins with a space, which readers drop")
        } else if std::str::from_utf8(name).is_err() {
            Some("it is not text")
        } else {
            None
        }
    }
    fn entry(
        &self,
        entry: &Entry<'_>,
        algorithms: &[Algorithm],
        _first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for (_, digest) in entry.each(algorithms) {
            out.write_all(path_bytes(entry.path))?;
            writeln!(out, " {}", digest.to_string().to_uppercase())?;
        }
        Ok(())
    }
}
