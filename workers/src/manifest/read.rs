//! Reading checksum files: [`ListReader`] goes through a list of any length in bounded memory,
//! recognises its format by its content, and gives one [`Item`] a line: what it lists, or why it
//! could not be used.
//!
//! Names come out as they are written in the list, without a look at the disk. In lists of
//! Windows programs they may have `\` between folders; [`with_slashes`] gives the other reading,
//! for whoever looks for the file and does not find it.

mod encoding;
pub(super) mod recognise;
pub(super) mod records;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::digests::Digests;
use super::line_error::{CKSUM, is_of_cksum};
use super::{Format, LineError};
use crate::algorithm::Algorithm;
use crate::name::{path_bytes, path_from_bytes, shown_bytes, slashed_bytes};
pub use encoding::Encoding;
pub use recognise::Recognised;
use recognise::{HEAD, RecordReader, recognise};
pub use records::LONGEST;
use records::{Cutter, RecordState, Records};

/// What the caller knows about a list. What is `None` is found out.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The format; the content then is not asked.
    pub format: Option<Format>,
    /// The algorithm of lines that do not name theirs.
    pub algorithm: Option<Algorithm>,
}

/// One line of a list, or one record of a format whose records span lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A file and its digests.
    Listed(Listed),
    /// A line that could not be used. The next is none the worse for it.
    Bad(BadLine),
}

/// A file that a list names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The line it begins on, from 1.
    pub line: u64,
    /// The name as the list has it.
    pub path: PathBuf,
    /// Its size in bytes, where the format has one.
    pub size: Option<u64>,
    /// Its digests, one at least.
    pub digests: Digests,
}

/// A line that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}: {excerpt}")]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: LineError,
    /// Its start, such that it can be shown.
    pub excerpt: String,
}

/// Why a list cannot be read at all, or any further.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be opened.
    #[error("{}: {source}", crate::shown(list))]
    Open {
        /// The list.
        list: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The system fails to read it, here or further on.
    #[error("{}: could not be read any further: {source}", crate::shown(list))]
    Read {
        /// The list.
        list: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no checksum file.
    #[error(
        "{}: not a checksum file: it {found}; what is understood: {formats}",
        crate::shown(list),
        formats = Format::ALL.iter().map(|f| f.label()).collect::<Vec<_>>().join(", ")
    )]
    NotAList {
        /// The file.
        list: PathBuf,
        /// What it is instead, as words after "it".
        found: String,
    },
}

/// A list being read. Items come one by one; after an `Err` nothing more comes.
pub struct ListReader<R> {
    name: PathBuf,
    records: Records<R>,
    cutter: Box<dyn Cutter>,
    reader: Box<dyn RecordReader>,
    recognised: Recognised,
    state: State,
}

enum State {
    Reading,
    Ended,
}

/// What a record says. The name is as in the file, undone of the format's escaping.
pub(super) struct Row<'a> {
    pub name: Cow<'a, [u8]>,
    pub size: Option<u64>,
    pub digests: Digests,
}

impl ListReader<File> {
    /// Opens a list and recognises its format.
    ///
    /// # Errors
    /// It cannot be opened or read, or is no checksum file.
    pub fn open(path: &Path, expected: &Expected) -> Result<Self, ReadError> {
        let file = File::open(path).map_err(|source| ReadError::Open {
            list: path.to_owned(),
            source,
        })?;
        Self::new(file, path, expected)
    }
}

impl<R: Read> ListReader<R> {
    /// Begins to read a list. `name` is its file name, for messages and as a hint: it decides only
    /// what the content leaves open. `source` need not be buffered.
    ///
    /// # Errors
    /// It cannot be read, or is no checksum file.
    pub fn new(source: R, name: &Path, expected: &Expected) -> Result<Self, ReadError> {
        let mut records = Records::new(source);
        records.begin(HEAD).map_err(|source| ReadError::Read {
            list: name.to_owned(),
            source,
        })?;
        let (head, complete) = records.head();
        // Cut where the head was asked to end, so that recognition does not depend on how
        // much happened to arrive with the last read.
        let (head, complete) = match head.get(..HEAD) {
            Some(cut) => (cut, complete && cut.len() == head.len()),
            None => (head, complete),
        };
        let Some((recognised, chosen)) = recognise((head, complete), name, expected) else {
            return Err(ReadError::NotAList {
                list: name.to_owned(),
                found: description(head),
            });
        };
        let format = recognised.format.0;
        Ok(Self {
            name: name.to_owned(),
            cutter: format.cutter(chosen.line_end),
            reader: format.reader(&chosen),
            records,
            recognised,
            state: State::Reading,
        })
    }

    /// What the list was recognised as.
    #[must_use]
    pub fn recognised(&self) -> &Recognised {
        &self.recognised
    }

    /// How its text is stored.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.records.encoding()
    }

    /// How many bytes of the list the items so far were made of. (Of UTF-16: how many have
    /// been read.)
    #[must_use]
    pub fn position(&self) -> u64 {
        self.records.position()
    }

    /// Columns that the list's header names and nobody here knows, such as `whirlpool`.
    #[must_use]
    pub fn unknown_columns(&self) -> &[String] {
        self.reader.unknown()
    }

    fn item(&mut self) -> io::Result<Option<Item>> {
        loop {
            let Some(record) = self.records.next(&mut *self.cutter)? else {
                return Ok(None);
            };
            let bad = |why| {
                let start = self.cutter.between(record.bytes).min(record.bytes.len());
                Item::Bad(BadLine {
                    line: record.line,
                    why,
                    excerpt: excerpt(&record.bytes[start..]),
                })
            };
            if record.state == RecordState::TooLong {
                return Ok(Some(bad(LineError::TooLong)));
            }
            let read = match self.reader.read(record.bytes) {
                // Whatever the reader makes of half a record.
                Ok(_) if record.state == RecordState::Unfinished => Err(LineError::CutOff),
                other => other,
            };
            let row = match read {
                Ok(None) => continue,
                Ok(Some(row)) => row,
                Err(why) => return Ok(Some(bad(why))),
            };
            let Some(path) = self.recognised.format.0.path(&row.name) else {
                return Ok(Some(bad(LineError::NameNotText)));
            };
            return Ok(Some(Item::Listed(Listed {
                line: record.line,
                path,
                size: row.size,
                digests: row.digests,
            })));
        }
    }
}

impl<R: Read> Iterator for ListReader<R> {
    type Item = Result<Item, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.state, State::Ended) {
            return None;
        }
        match self.item() {
            Ok(Some(item)) => Some(Ok(item)),
            Ok(None) => {
                self.state = State::Ended;
                let why = self.reader.finish().err()?;
                Some(Ok(Item::Bad(BadLine {
                    line: self.records.line(&*self.cutter),
                    why,
                    excerpt: String::new(),
                })))
            }
            Err(source) => {
                self.state = State::Ended;
                Some(Err(ReadError::Read {
                    list: self.name.clone(),
                    source,
                }))
            }
        }
    }
}

/// The name with `/` for each `\`, if it has any and this system has no `\` between folders. Lists
/// of Windows programs (SFV most of all) are full of them. To be tried when there is no file of
/// the name as it is written, which may be a name that holds backslashes.
#[must_use]
pub fn with_slashes(path: &Path) -> Option<PathBuf> {
    // On Windows both lead to the same file, and there is no other reading.
    if cfg!(windows) {
        return None;
    }
    slashed(path)
}

/// The name with `/` for each `\`, if it has any, whatever this system has between folders: for
/// lists that are to be used on others.
#[must_use]
pub fn slashed(path: &Path) -> Option<PathBuf> {
    path_from_bytes(&slashed_bytes(path_bytes(path))?)
}

/// The start of a line, such that it fits one and cannot mislead.
fn excerpt(bytes: &[u8]) -> String {
    const SHOWN: usize = 80;
    let end = bytes
        .iter()
        .position(|&byte| byte == b'\n')
        .unwrap_or(bytes.len());
    let line = &bytes[..end];
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line.get(..SHOWN) {
        // Not cut within a letter.
        Some(cut) => {
            let whole = cut.utf8_chunks().map(|c| (c.valid(), c.invalid()));
            let unfinished = whole.last().map_or(0, |(_, rest)| rest.len());
            format!("{}…", shown_bytes(&cut[..SHOWN - unfinished]))
        }
        None => shown_bytes(line),
    }
}

/// What a file that is no list is, as words after "it".
fn description(head: &[u8]) -> String {
    if head.is_empty() {
        return "is empty".to_owned();
    }
    let text = head
        .iter()
        .all(|&byte| byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b));
    if !text {
        return "holds binary data".to_owned();
    }
    match head
        .split(|&byte| byte == b'\n')
        .find(|line| !line.trim_ascii().is_empty())
    {
        Some(line) if is_of_cksum(line) => CKSUM.replacen("this is", "is", 1),
        Some(line) => format!(
            "is text without a line that any of them has; it begins with '{}'",
            excerpt(line)
        ),
        None => "holds empty lines only".to_owned(),
    }
}
