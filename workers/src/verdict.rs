//! What became of one file, and how many files each thing became of.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

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
    /// See [`Verdict::Hashed`].
    Ok,
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
}

impl VerdictKind {
    /// Every kind, best first.
    pub const ALL: [Self; 6] = [
        Self::Ok,
        Self::Unreadable,
        Self::ChangedWhileReading,
        Self::Crashed,
        Self::TimedOut,
        Self::Skipped,
    ];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unreadable => "unreadable",
            Self::ChangedWhileReading => "changed_while_reading",
            Self::Crashed => "crashed",
            Self::TimedOut => "timed_out",
            Self::Skipped => "skipped",
        }
    }
}

impl Verdict {
    /// Which kind of verdict this is.
    #[must_use]
    pub const fn kind(&self) -> VerdictKind {
        match self {
            Self::Hashed(_) => VerdictKind::Ok,
            Self::Unreadable(_) => VerdictKind::Unreadable,
            Self::ChangedWhileReading(_) => VerdictKind::ChangedWhileReading,
            Self::Crashed(_) => VerdictKind::Crashed,
            Self::TimedOut(_) => VerdictKind::TimedOut,
            Self::Skipped(_) => VerdictKind::Skipped,
        }
    }

    /// Why there is no digest; `None` where there is one.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Hashed(_) => None,
            Self::Unreadable(why) | Self::ChangedWhileReading(why) | Self::Crashed(why) => {
                Some(why)
            }
            Self::TimedOut(_) => Some("it took longer than a file may take"),
            Self::Skipped(why) => Some(why.text()),
        }
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

    /// Whether any file could not be given a digest that it should have.
    #[must_use]
    pub const fn any_wrong(&self) -> bool {
        self.get(VerdictKind::Unreadable)
            + self.get(VerdictKind::ChangedWhileReading)
            + self.get(VerdictKind::Crashed)
            + self.get(VerdictKind::TimedOut)
            > 0
    }
}
