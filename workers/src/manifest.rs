//! Checksum files. One file a format and one line a format in [`Format::ALL`]. Facts about the
//! formats are from the sources of GNU coreutils, hashdeep and cfv.
//!
//! A format that cannot carry a name says so before anything is written; it never writes a line
//! that would read back as another file.

mod bagit;
pub(crate) mod base64;
pub mod bsd;
mod csv;
pub mod detect;
mod digests;
pub mod gnu;
mod hashdeep;
pub mod hex;
mod json;
mod line_error;
pub mod read;
mod sfv;
mod write;

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::algorithm::Algorithm;
use crate::name::path_from_bytes;
pub use digests::Digests;
pub use line_error::LineError;
use read::recognise::{Chosen, RecordReader};
use read::records::{Cutter, LineEnd, Lines};
use write::File;
pub use write::{Entry, ListWriter};

/// A checksum-file format.
trait ListFormat: Sync {
    fn name(&self) -> &'static str;
    fn label(&self) -> &'static str;
    fn extension(&self, algorithms: &[Algorithm]) -> String;
    /// The whole name of the file, where the format prescribes it.
    fn file_name(&self, _algorithms: &[Algorithm]) -> Option<String> {
        None
    }
    /// Why these algorithms cannot be listed in this format; `None` if they can.
    fn refuses(&self, algorithms: &[Algorithm]) -> Option<String>;
    /// Why this path cannot be carried; `None` if it can.
    fn cannot_carry(&self, _path: &Path) -> Option<&'static str> {
        None
    }
    fn header(&self, _algorithms: &[Algorithm], _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
    fn entry(
        &self,
        file: &File<'_>,
        algorithms: &[Algorithm],
        first: bool,
        out: &mut dyn Write,
    ) -> io::Result<()>;
    /// Whether a line holds the file's size.
    fn holds_sizes(&self) -> bool {
        false
    }
    /// Whether a line must hold a size and a digest of every algorithm of the list.
    fn wants_all(&self) -> bool {
        false
    }
    fn footer(&self, _empty: bool, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Whether a list begins in a way that no other format does.
    fn begins(&self, _head: &[u8]) -> bool {
        false
    }
    /// Whether lists of this format are usually called so. The name is in lower case.
    fn is_called(&self, _name: &str) -> bool {
        false
    }
    /// Whether lines that it can read are enough to tell it by.
    fn told_by_its_lines(&self) -> bool {
        false
    }
    /// Whether its lines do not say which algorithm they are of.
    fn leaves_algorithm_open(&self) -> bool {
        false
    }
    /// What cuts a list into records.
    fn cutter(&self, line_end: LineEnd) -> Box<dyn Cutter> {
        Box::new(Lines(line_end))
    }
    /// A reader of the records of one list.
    fn reader(&self, chosen: &Chosen) -> Box<dyn RecordReader>;
    /// The path that a name in a list stands for; `None` if this system has no such name.
    fn path(&self, name: &[u8]) -> Option<PathBuf> {
        path_from_bytes(name)
    }
}

/// One of the formats that lists can be written in.
#[derive(Clone, Copy)]
pub struct Format(&'static dyn ListFormat);

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[
        Self(&gnu::Gnu { zero: false }),
        Self(&bsd::Bsd),
        Self(&sfv::Sfv),
        Self(&hashdeep::Hashdeep),
        Self(&bagit::Bagit),
        Self(&csv::Csv),
        Self(&json::Json),
    ];

    /// GNU lines: `HEX  name`, what `sha256sum` writes.
    pub const GNU: Self = Self(&gnu::Gnu { zero: false });
    /// GNU lines that end in NUL and escape nothing.
    pub const GNU_ZERO: Self = Self(&gnu::Gnu { zero: true });
    /// BSD tags: `SHA256 (name) = hex`.
    pub const BSD: Self = Self(&bsd::Bsd);

    /// The names of all formats, for messages and help.
    #[must_use]
    pub fn names() -> String {
        let names: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
        names.join(", ")
    }

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The name that people read.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.0.label()
    }

    /// The usual file extension, without the dot.
    #[must_use]
    pub fn extension(self, algorithms: &[Algorithm]) -> String {
        self.0.extension(algorithms)
    }

    /// The name that a list of this format must have; `None` if any will do.
    #[must_use]
    pub fn file_name(self, algorithms: &[Algorithm]) -> Option<String> {
        self.0.file_name(algorithms)
    }

    /// Whether a list of these algorithms and paths can be written.
    ///
    /// # Errors
    /// Names what the format cannot hold, and the first path it cannot carry.
    pub fn check<'a>(
        self,
        algorithms: &[Algorithm],
        paths: impl IntoIterator<Item = &'a Path>,
    ) -> Result<(), CannotWrite> {
        if let Some(why) = self.0.refuses(algorithms) {
            return Err(CannotWrite::Algorithms {
                format: self.label(),
                why,
            });
        }
        for path in paths {
            self.check_path(path)?;
        }
        Ok(())
    }

    /// Whether this one path can be written.
    ///
    /// # Errors
    /// Names the path.
    pub fn check_path(self, path: &Path) -> Result<(), CannotWrite> {
        match self.0.cannot_carry(path) {
            None => Ok(()),
            Some(why) => Err(CannotWrite::Path {
                format: self.label(),
                path: path.to_owned(),
                why,
            }),
        }
    }
}

impl Format {
    /// Whether its lines hold the sizes of files.
    #[must_use]
    pub fn holds_sizes(self) -> bool {
        self.0.holds_sizes()
    }

    /// Whether what another list says of a file can be written to a list of these algorithms.
    ///
    /// # Errors
    /// Names the path, and what is in the way: its name, or a size or digest that the format
    /// cannot do without.
    pub fn check_listed(
        self,
        file: &read::Listed,
        algorithms: &[Algorithm],
    ) -> Result<(), CannotWrite> {
        self.check_path(&file.path)?;
        if !self.0.wants_all() {
            return Ok(());
        }
        let missing = if file.size.is_none() {
            "size".to_owned()
        } else if let Some(lacking) = algorithms.iter().find(|a| file.digests.get(**a).is_none()) {
            format!("{} digest", lacking.label())
        } else {
            return Ok(());
        };
        Err(CannotWrite::Missing {
            format: self.label(),
            path: file.path.clone(),
            missing,
        })
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that no format bears.
#[derive(Debug, thiserror::Error)]
#[error("no format is called '{0}'; there are {names}", names = Format::names())]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;
    fn from_str(s: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .iter()
            .copied()
            .find(|format| format.name() == s)
            .ok_or_else(|| UnknownFormat(s.to_owned()))
    }
}

/// Why a list cannot be written in a format. Nothing has been written.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CannotWrite {
    /// The format does not hold these algorithms.
    #[error("{format} cannot hold this list: {why}")]
    Algorithms {
        /// The format's label.
        format: &'static str,
        /// What it holds.
        why: String,
    },
    /// The format cannot carry this name.
    #[error(
        "{format} cannot carry the name {}: {why}; choose another format",
        crate::shown(path)
    )]
    Path {
        /// The format's label.
        format: &'static str,
        /// The path.
        path: PathBuf,
        /// What is in its way.
        why: &'static str,
    },
    /// The format has to say more of a file than is known.
    #[error(
        "{format} needs the {missing} of {}, which the list does not hold",
        crate::shown(path)
    )]
    Missing {
        /// The format's label.
        format: &'static str,
        /// The path.
        path: PathBuf,
        /// What is not known.
        missing: String,
    },
}

impl CannotWrite {
    /// What is in the way, without the path that it is in the way of: the same words for all paths
    /// of which it holds.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Algorithms { why, .. } => why.clone(),
            Self::Path { why, .. } => (*why).to_owned(),
            Self::Missing {
                format, missing, ..
            } => format!("{format} needs the {missing}, which the list does not hold"),
        }
    }
}

/// One algorithm only, for formats whose lines do not name theirs.
fn one_algorithm(algorithms: &[Algorithm]) -> Option<String> {
    (algorithms.len() != 1).then(|| {
        "its lines do not say which algorithm they are of; choose one algorithm, or a format that \
         names them (bsd, hashdeep, csv, json)"
            .to_owned()
    })
}

/// A size in bytes: digits, and nothing else.
fn size_of(field: &[u8]) -> Result<u64, LineError> {
    if field.is_empty() || !field.iter().all(u8::is_ascii_digit) {
        return Err(LineError::BadSize);
    }
    std::str::from_utf8(field)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(LineError::BadSize)
}
