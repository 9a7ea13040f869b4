//! BSD tags, as `sha256 -r` of the BSDs' and `cksum --tag` of coreutils write them.

use std::io::{self, Write};

use super::gnu::Escaped;
use super::{Entry, ListFormat};
use crate::algorithm::Algorithm;

pub(super) struct Bsd;

impl ListFormat for Bsd {
    fn name(&self) -> &'static str {
        "bsd"
    }
    fn label(&self) -> &'static str {
        "BSD tags"
    }
    fn extension(&self, algorithms: &[Algorithm]) -> String {
        match algorithms {
            [one] => one.name().to_owned(),
            _ => "sums".to_owned(),
        }
    }
    fn refuses(&self, _algorithms: &[Algorithm]) -> Option<String> {
        None
    }
    fn entry(
        &self,
        entry: &Entry<'_>,
        algorithms: &[Algorithm],
        _first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let name = Escaped::new(entry.path, false);
        for (algorithm, digest) in entry.each(algorithms) {
            out.write_all(name.mark())?;
            write!(out, "{} (", algorithm.bsd_tag())?;
            name.write(out)?;
            writeln!(out, ") = {digest}")?;
        }
        Ok(())
    }
}
