//! What became of one file, and how many files each thing became of.

mod note;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::algorithm::{Algorithm, Digest};
use crate::listed::Each;
use crate::name::{as_bytes, shown};
pub use note::Note;

/// One file and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileResult {
    /// The path, exactly as the walk found it.
    pub path: PathBuf,
    /// Size in bytes: what was read if it was read, else what the walk saw.
    pub size: u64,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Read whole. The digests stand one after another in the order of the job's algorithms.
    Hashed(Box<[u8]>),
    /// It is what its list says. Digests as for [`Verdict::Hashed`].
    Verified(Box<[u8]>),
    /// It is not what its list says.
    Failed(Box<Mismatch>),
    /// It is listed, and not there.
    Missing,
    /// It is there, and not listed.
    New,
    /// It is listed here, and its content is there under another name that is not listed.
    Moved(#[serde(with = "as_bytes")] Box<Path>),
    /// It is not listed, and has the content of this one that is.
    Duplicate(#[serde(with = "as_bytes")] Box<Path>),
    /// A line of a list that could not be understood; why.
    BadLine(String),
    /// It is the same on both sides.
    Same,
    /// It is on both sides, and differs: the left is what was expected.
    Different(Box<Mismatch>),
    /// It is on the left side alone.
    OnlyLeft,
    /// It is on the right side alone.
    OnlyRight,
    /// The system refused; its reason in words.
    Unreadable(String),
    /// Size or modification time changed while the file was read: no digest would be true.
    ChangedWhileReading(String),
    /// Every worker that took it died; how the last one did.
    Crashed(String),
    /// Reading it took longer than a file may take, or nothing came for that long.
    TimedOut(Duration),
    /// Not a file to read.
    Skipped(SkipReason),
    /// This verdict, and something to know beside it. It counts as that verdict does. Workers
    /// never say it, so nothing nested without end can come out of their pipes.
    #[serde(skip)]
    Noted(Box<Self>, Note),
}

/// How a file differs from what was expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mismatch {
    /// Another content.
    Digest {
        /// By this algorithm.
        algorithm: Algorithm,
        /// What it should have been.
        expected: Box<[u8]>,
        /// What it is.
        found: Box<[u8]>,
        /// Everything that it is, as for [`Verdict::Hashed`], where it was read for more than
        /// that; else nothing.
        all: Box<[u8]>,
    },
    /// Another size, in bytes; it was not read.
    Size {
        /// What it should have been.
        expected: u64,
        /// What it is.
        found: u64,
    },
}

impl Mismatch {
    /// With all digests of the file, if there is one that it was not held against.
    #[must_use]
    pub fn with_all(mut self, digests: &[u8]) -> Self {
        if let Self::Digest { found, all, .. } = &mut self
            && found.len() < digests.len()
        {
            *all = digests.into();
        }
        self
    }

    /// The difference between two sides, of which neither is the one that is right.
    fn side_by_side(&self) -> String {
        match self {
            Self::Digest {
                algorithm,
                expected,
                found,
                all: _,
            } => format!(
                "{} is {} on the left, {} on the right",
                algorithm.label(),
                Digest(expected),
                Digest(found)
            ),
            Self::Size { expected, found } => {
                format!("{expected} bytes on the left, {found} on the right")
            }
        }
    }
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Digest {
                algorithm,
                expected,
                found,
                all: _,
            } => write!(
                f,
                "its {} is {}, not {}",
                algorithm.label(),
                Digest(found),
                Digest(expected)
            ),
            Self::Size { expected, found } => {
                write!(f, "it has {found} bytes, not {expected}")
            }
        }
    }
}

/// Why a path was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SkipReason {
    /// Reading one would wait for a writer that may never come.
    NamedPipe,
    /// A socket has no content.
    Socket,
    /// A device may have no end.
    Device,
    /// Links are not followed unless asked for.
    SymbolicLink,
    /// Something the system calls neither a file nor a folder.
    Other,
    /// Somebody did not want to wait for it.
    ByRequest,
}

impl SkipReason {
    /// The reason in a few words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NamedPipe => "a named pipe; not opened",
            Self::Socket => "a socket; not opened",
            Self::Device => "a device; not opened",
            Self::SymbolicLink => "a symbolic link; not followed",
            Self::ByRequest => "skipped by request while it was read",
            Self::Other => "neither a file nor a folder; not opened",
        }
    }
}

/// The kinds of [`Verdict`], without their data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VerdictKind {
    /// See [`Verdict::Hashed`] and [`Verdict::Verified`].
    Ok,
    /// See [`Verdict::Failed`].
    Failed,
    /// See [`Verdict::Missing`].
    Missing,
    /// See [`Verdict::Moved`].
    Moved,
    /// See [`Verdict::New`].
    New,
    /// See [`Verdict::Duplicate`].
    Duplicate,
    /// See [`Verdict::Unreadable`].
    Unreadable,
    /// See [`Verdict::ChangedWhileReading`].
    ChangedWhileReading,
    /// See [`Verdict::Crashed`].
    Crashed,
    /// See [`Verdict::TimedOut`].
    TimedOut,
    /// See [`Verdict::Skipped`].
    Skipped,
    /// See [`Verdict::BadLine`].
    BadLine,
    /// See [`Verdict::Same`].
    Same,
    /// See [`Verdict::Different`].
    Different,
    /// See [`Verdict::OnlyLeft`].
    OnlyLeft,
    /// See [`Verdict::OnlyRight`].
    OnlyRight,
}

impl VerdictKind {
    /// Every kind, in the order in which people are told.
    pub const ALL: [Self; 16] = [
        Self::Ok,
        Self::Failed,
        Self::Missing,
        Self::Moved,
        Self::New,
        Self::Duplicate,
        Self::Unreadable,
        Self::ChangedWhileReading,
        Self::Crashed,
        Self::TimedOut,
        Self::Skipped,
        Self::BadLine,
        Self::Same,
        Self::Different,
        Self::OnlyLeft,
        Self::OnlyRight,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Missing => "missing",
            Self::Moved => "moved",
            Self::New => "new",
            Self::Duplicate => "duplicate",
            Self::Unreadable => "unreadable",
            Self::ChangedWhileReading => "changed_while_reading",
            Self::Crashed => "crashed",
            Self::TimedOut => "timed_out",
            Self::Skipped => "skipped",
            Self::BadLine => "bad_line",
            Self::Same => "same",
            Self::Different => "different",
            Self::OnlyLeft => "only_left",
            Self::OnlyRight => "only_right",
        }
    }

    /// How much it matters to whoever looks for what is wrong: the least number first. Files whose
    /// content is wrong come before files that are not there, and these before files of which
    /// nothing is known; what is as it should be comes last.
    #[must_use]
    pub const fn severity(self) -> u8 {
        match self {
            Self::Failed | Self::Different => 0,
            Self::Missing | Self::OnlyLeft | Self::OnlyRight => 1,
            Self::Unreadable => 2,
            Self::Crashed => 3,
            Self::TimedOut => 4,
            Self::ChangedWhileReading => 5,
            Self::BadLine => 6,
            Self::Moved => 7,
            Self::Skipped => 8,
            Self::Duplicate => 9,
            Self::New => 10,
            Self::Ok | Self::Same => 11,
        }
    }

    /// Whether something is not as it should be with a file of this kind.
    #[must_use]
    pub const fn is_wrong(self) -> bool {
        match self {
            Self::Ok | Self::New | Self::Duplicate | Self::Skipped | Self::Same => false,
            Self::Failed
            | Self::Missing
            | Self::Moved
            | Self::Unreadable
            | Self::ChangedWhileReading
            | Self::Crashed
            | Self::TimedOut
            | Self::BadLine
            | Self::Different
            | Self::OnlyLeft
            | Self::OnlyRight => true,
        }
    }
}

impl Verdict {
    /// Which kind of verdict this is.
    #[must_use]
    pub const fn kind(&self) -> VerdictKind {
        match self {
            Self::Hashed(_) | Self::Verified(_) => VerdictKind::Ok,
            Self::Failed(_) => VerdictKind::Failed,
            Self::Missing => VerdictKind::Missing,
            Self::Moved(_) => VerdictKind::Moved,
            Self::New => VerdictKind::New,
            Self::Duplicate(_) => VerdictKind::Duplicate,
            Self::Unreadable(_) => VerdictKind::Unreadable,
            Self::ChangedWhileReading(_) => VerdictKind::ChangedWhileReading,
            Self::Crashed(_) => VerdictKind::Crashed,
            Self::TimedOut(_) => VerdictKind::TimedOut,
            Self::Skipped(_) => VerdictKind::Skipped,
            Self::Noted(verdict, _) => verdict.kind(),
            Self::BadLine(_) => VerdictKind::BadLine,
            Self::Same => VerdictKind::Same,
            Self::Different(_) => VerdictKind::Different,
            Self::OnlyLeft => VerdictKind::OnlyLeft,
            Self::OnlyRight => VerdictKind::OnlyRight,
        }
    }

    /// The verdict without what is noted beside it.
    #[must_use]
    pub const fn bare(&self) -> &Self {
        match self {
            Self::Noted(verdict, _) => verdict.bare(),
            bare => bare,
        }
    }

    /// What is noted beside it.
    pub fn notes(&self) -> impl Iterator<Item = Note> {
        let mut verdict = self;
        std::iter::from_fn(move || match verdict {
            Self::Noted(inner, note) => {
                verdict = inner;
                Some(*note)
            }
            _ => None,
        })
    }

    /// This, and something to know beside it.
    #[must_use]
    pub(crate) fn noted(self, note: Option<Note>) -> Self {
        match note {
            Some(note) => Self::Noted(Box::new(self), note),
            None => self,
        }
    }

    /// The digests, where the file was read whole and is what it should be.
    #[must_use]
    pub const fn digests(&self) -> Option<&[u8]> {
        match self.bare() {
            Self::Hashed(digests) | Self::Verified(digests) => Some(digests),
            _ => None,
        }
    }

    /// The digests one by one, each with its algorithm. `algorithms` are the job's.
    pub fn each_digest<'a>(
        &'a self,
        algorithms: &'a [Algorithm],
    ) -> impl Iterator<Item = (Algorithm, Digest<'a>)> + use<'a> {
        let each = self.digests().map(|digests| Each {
            algorithms,
            digests,
        });
        each.into_iter()
            .flat_map(|each| each.iter())
            .map(|(algorithm, digest)| (algorithm, Digest(digest)))
    }

    /// Every digest that the file was found to have, each with its algorithm, be it what it should
    /// be or not. `algorithms` are the job's.
    pub fn each_found<'a>(
        &'a self,
        algorithms: &'a [Algorithm],
    ) -> impl Iterator<Item = (Algorithm, Digest<'a>)> + use<'a> {
        let mismatch = match self.bare() {
            Self::Failed(mismatch) => match &**mismatch {
                Mismatch::Digest {
                    algorithm,
                    found,
                    all,
                    ..
                } if all.is_empty() => Some((std::slice::from_ref(algorithm), &**found)),
                Mismatch::Digest { all, .. } => Some((algorithms, &**all)),
                Mismatch::Size { .. } => None,
            },
            _ => None,
        };
        let found = mismatch.or_else(|| Some((algorithms, self.digests()?)));
        let each = found.map(|(algorithms, digests)| Each {
            algorithms,
            digests,
        });
        each.into_iter()
            .flat_map(|each| each.iter())
            .map(|(algorithm, digest)| (algorithm, Digest(digest)))
    }

    /// What there is to say beside the kind; `None` where a digest says it all.
    #[must_use]
    pub fn reason(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Hashed(_) | Self::Verified(_) => return None,
            Self::Unreadable(why)
            | Self::ChangedWhileReading(why)
            | Self::Crashed(why)
            | Self::BadLine(why) => why.into(),
            Self::Failed(mismatch) => mismatch.to_string().into(),
            Self::Different(mismatch) => mismatch.side_by_side().into(),
            Self::Same => "the same on both sides".into(),
            Self::OnlyLeft => "on the left side alone".into(),
            Self::OnlyRight => "on the right side alone".into(),
            Self::Missing => "it is not there".into(),
            Self::New => "it is in no list".into(),
            Self::Moved(to) => format!("its content is now {}", shown(to)).into(),
            Self::Duplicate(of) => format!("it has the content of {}", shown(of)).into(),
            Self::TimedOut(_) => "it took longer than a file may take".into(),
            Self::Skipped(why) => why.text().into(),
            Self::Noted(verdict, note) => match verdict.reason() {
                Some(why) => format!("{why}; {}", note.text()).into(),
                None => note.text().into(),
            },
        })
    }
}

/// How many files each verdict was given to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; VerdictKind::ALL.len()]);

impl Counts {
    /// Counts one more file.
    pub fn add(&mut self, kind: VerdictKind) {
        self.0[kind as usize] += 1;
    }

    /// How many files had this verdict.
    #[must_use]
    pub const fn get(&self, kind: VerdictKind) -> u64 {
        self.0[kind as usize]
    }

    /// How many files had any verdict.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Whether anything is not as it should be.
    #[must_use]
    pub fn any_wrong(&self) -> bool {
        VerdictKind::ALL
            .iter()
            .any(|&kind| kind.is_wrong() && self.get(kind) > 0)
    }
}
