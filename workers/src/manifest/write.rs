//! Writing a list, entry by entry, in any format.

use std::io::{self, Write};
use std::path::Path;

use super::{CannotWrite, Digests, Format, read};
use crate::algorithm::{Algorithm, Digest};

/// One line of a list: a file that was hashed.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The path as it was found.
    pub path: &'a Path,
    /// Size in bytes.
    pub size: u64,
    /// The digests, one after another, in the order of the list's algorithms.
    pub digests: &'a [u8],
}

/// What is written about a file, wherever it comes from.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) path: &'a Path,
    pub(super) size: Option<u64>,
    digests: Known<'a>,
}

#[derive(Clone, Copy)]
enum Known<'a> {
    /// One after another, in the order of the list's algorithms.
    InOrder(&'a [u8]),
    /// Those that another list had.
    Named(&'a Digests),
}

impl<'a> File<'a> {
    /// The digests of these algorithms, in their order.
    pub(super) fn each(
        &self,
        algorithms: &'a [Algorithm],
    ) -> impl Iterator<Item = (Algorithm, Option<Digest<'a>>)> + use<'a> {
        let digests = self.digests;
        let mut start = 0;
        algorithms.iter().map(move |&algorithm| {
            let digest = match digests {
                Known::InOrder(bytes) => {
                    let end = start + algorithm.digest_len();
                    let digest = bytes.get(start..end).map(Digest);
                    start = end;
                    digest
                }
                Known::Named(digests) => digests.get(algorithm),
            };
            (algorithm, digest)
        })
    }

    /// Those of them that there are.
    pub(super) fn present(
        &self,
        algorithms: &'a [Algorithm],
    ) -> impl Iterator<Item = (Algorithm, Digest<'a>)> + use<'a> {
        self.each(algorithms)
            .filter_map(|(algorithm, digest)| Some((algorithm, digest?)))
    }
}

/// Writes a list, entry by entry.
pub struct ListWriter<'a, W: Write> {
    format: Format,
    algorithms: &'a [Algorithm],
    out: W,
    empty: bool,
}

impl<'a, W: Write> ListWriter<'a, W> {
    /// Begins a list. What [`Format::check`] refuses must not be written.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(format: Format, algorithms: &'a [Algorithm], mut out: W) -> io::Result<Self> {
        format.0.header(algorithms, &mut out)?;
        Ok(Self {
            format,
            algorithms,
            out,
            empty: true,
        })
    }

    /// Writes one entry.
    ///
    /// # Errors
    /// Those of the output; a path that the format cannot carry is `InvalidInput`.
    pub fn entry(&mut self, entry: &Entry<'_>) -> io::Result<()> {
        self.format.check_path(entry.path).map_err(invalid)?;
        self.write(&File {
            path: entry.path,
            size: Some(entry.size),
            digests: Known::InOrder(entry.digests),
        })
    }

    /// Writes what another list says of a file: those of its digests that this list is of.
    ///
    /// # Errors
    /// Those of the output; what [`Format::check_listed`] refuses is `InvalidInput`.
    pub fn listed(&mut self, file: &read::Listed) -> io::Result<()> {
        self.format
            .check_listed(file, self.algorithms)
            .map_err(invalid)?;
        self.write(&File {
            path: &file.path,
            size: file.size,
            digests: Known::Named(&file.digests),
        })
    }

    fn write(&mut self, file: &File<'_>) -> io::Result<()> {
        let first = std::mem::take(&mut self.empty);
        self.format
            .0
            .entry(file, self.algorithms, first, &mut self.out)
    }

    /// The algorithms of the list.
    #[must_use]
    pub fn algorithms(&self) -> &'a [Algorithm] {
        self.algorithms
    }

    /// The output, such as to take out of a buffer what has been written so far.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Ends the list and gives the output back, flushed.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> io::Result<W> {
        self.format.0.footer(self.empty, &mut self.out)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

fn invalid(error: CannotWrite) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}
