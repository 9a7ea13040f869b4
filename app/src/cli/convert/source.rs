//! The lists that are converted: opened twice, once to look and once to write, each time from the
//! start. What can be read only once (a pipe, standard input) is kept in a temporary file.
#![expect(
    clippy::disallowed_methods,
    reason = "the command line may wait for a disk; there is no window"
)]

use std::fs::File;
use std::io::{self, Seek as _};
use std::path::{Path, PathBuf};

use workers::Algorithm;
use workers::manifest::Format;
use workers::manifest::read::{Expected, Item, ListReader, Listed, ReadError, slashed};

use super::meter::{Meter, Metered};

/// One of the lists.
pub(super) struct Source {
    /// Its name, for messages and for recognising it.
    pub(super) name: PathBuf,
    /// The bytes of what cannot be opened again.
    kept: Option<File>,
    bytes: u64,
}

/// A list that cannot be opened or kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    #[error("{}: {source}", workers::shown(name))]
    Open { name: PathBuf, source: io::Error },
    #[error(
        "{}: could not be kept in a temporary file: {source}",
        workers::shown(name)
    )]
    Keep { name: PathBuf, source: io::Error },
}

impl Source {
    /// `-` is standard input.
    pub(super) fn new(path: &Path, meter: &Meter) -> Result<Self, SourceError> {
        if path == Path::new("-") {
            let stdin = io::stdin().lock();
            return Self::keep(Path::new("standard input"), stdin, meter);
        }
        let open_error = |source| SourceError::Open {
            name: path.to_owned(),
            source,
        };
        let meta = std::fs::metadata(path).map_err(open_error)?;
        if meta.is_dir() {
            return Err(open_error(io::ErrorKind::IsADirectory.into()));
        }
        if meta.is_file() {
            return Ok(Self {
                name: path.to_owned(),
                kept: None,
                bytes: meta.len(),
            });
        }
        Self::keep(path, File::open(path).map_err(open_error)?, meter)
    }

    fn keep(name: &Path, from: impl io::Read, meter: &Meter) -> Result<Self, SourceError> {
        let keep_error = |source| SourceError::Keep {
            name: name.to_owned(),
            source,
        };
        let mut kept = tempfile::tempfile().map_err(keep_error)?;
        let bytes = io::copy(&mut meter.over(from), &mut kept).map_err(keep_error)?;
        Ok(Self {
            name: name.to_owned(),
            kept: Some(kept),
            bytes,
        })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// A reader from the start. `algorithm` is that of lines which do not name theirs; a list
    /// whose digests cannot be of it is left to be recognised.
    pub(super) fn read(
        &self,
        format: Option<Format>,
        algorithm: Option<Algorithm>,
        meter: &Meter,
    ) -> Result<ListReader<Metered<File>>, ReadError> {
        let list = self.open(format, None, meter)?;
        match algorithm {
            Some(asked) if list.recognised().candidates.contains(&asked) => {
                self.open(format, algorithm, meter)
            }
            _ => Ok(list),
        }
    }

    fn open(
        &self,
        format: Option<Format>,
        algorithm: Option<Algorithm>,
        meter: &Meter,
    ) -> Result<ListReader<Metered<File>>, ReadError> {
        let expected = Expected { format, algorithm };
        let again = |mut kept: &File| {
            kept.rewind()?;
            kept.try_clone()
        };
        let file = match &self.kept {
            None => File::open(&self.name),
            Some(kept) => again(kept),
        };
        let file = file.map_err(|source| ReadError::Open {
            list: self.name.clone(),
            source,
        })?;
        ListReader::new(meter.over(file), &self.name, &expected)
    }
}

/// Puts lines together that follow one another and are of one file: in BSD lists each digest has
/// a line of its own. (Only those: to find the others would take all lines in memory.)
pub(super) struct Files<I> {
    items: I,
    held: Option<Listed>,
    after: Option<Result<Item, ReadError>>,
    slashes: bool,
}

impl<I> Files<I> {
    pub(super) fn new(items: I, slashes: bool) -> Self {
        Self {
            items,
            held: None,
            after: None,
            slashes,
        }
    }
}

impl<I: Iterator<Item = Result<Item, ReadError>>> Iterator for Files<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        if let Some(after) = self.after.take() {
            return Some(after);
        }
        loop {
            let next = self.items.next();
            match (self.held.take(), next) {
                (held, Some(Ok(Item::Listed(mut file)))) => {
                    if self.slashes
                        && let Some(slashed) = slashed(&file.path)
                    {
                        file.path = slashed;
                    }
                    let Some(mut held) = held else {
                        self.held = Some(file);
                        continue;
                    };
                    if held.path == file.path
                        && held.size == file.size
                        && held.digests.merge(&file.digests)
                    {
                        self.held = Some(held);
                    } else {
                        self.held = Some(file);
                        return Some(Ok(Item::Listed(held)));
                    }
                }
                (Some(held), other) => {
                    self.after = other;
                    return Some(Ok(Item::Listed(held)));
                }
                (None, other) => return other,
            }
        }
    }
}
