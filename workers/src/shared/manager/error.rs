//! What can go wrong between a manager and those who use what it has.

use std::io::{self, ErrorKind};
use std::time::Duration;

use crate::wire::frame::{CAP, FrameError};

/// Why a manager could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The program does not call [`child_entry`](crate::child_entry), so that a manager would run
    /// the whole program once more instead of serving.
    #[error("a manager needs `workers::child_entry` to be called first in `main`")]
    NoChildEntry,
    /// The process could not be started, or failed before it could serve.
    #[error("the manager could not be started: {0}")]
    Start(#[source] io::Error),
    /// The manager has ended, and what it had with it.
    #[error("the manager has ended")]
    Gone,
    /// The manager's key is another.
    #[error("the manager has another key")]
    WrongKey,
    /// The token is of a manager that is reached over TCP, and tokens of those hold no key.
    #[error("this manager asks for its key; open the token with it")]
    KeyNeeded,
    /// The manager has as many connections as it takes, or takes none of this user.
    #[error("the manager refused the connection: too many are open, or it is another user's")]
    Refused,
    /// What answers is no manager.
    #[error("what answers there is no manager of this program")]
    Foreign,
    /// The manager is of another version of this program.
    #[error(
        "the manager speaks protocol {found}, this program {known}; use the same version on both sides"
    )]
    Version {
        /// What the manager speaks.
        found: u32,
        /// What this program speaks.
        known: u32,
    },
    /// The token is for something else.
    #[error("the token is for {found}, not for {wanted}")]
    Kind {
        /// What the manager has.
        found: String,
        /// What was to be opened.
        wanted: String,
    },
    /// What was to be sent is longer than a message may be.
    #[error("{bytes} bytes are more than the {most} that a message may have")]
    TooLarge {
        /// Bytes of the message.
        bytes: usize,
        /// Bytes of the longest.
        most: usize,
    },
    /// The manager gave no sign of life for so long. It may or may not have done what it was
    /// asked.
    #[error("the manager did not answer for {} s", .0.as_secs())]
    NoAnswer(Duration),
    /// The list is shorter.
    #[error("there is no element {index}: the list has {len}")]
    NoSuchIndex {
        /// Which was asked for, from 0.
        index: usize,
        /// How many there were.
        len: usize,
    },
    /// More was said to be done than was put.
    #[error("task_done was called more often than messages were put")]
    NothingToDo,
    /// The value cannot be made a message.
    #[error("the value could not be encoded: {0}")]
    Encode(#[source] postcard::Error),
    /// What came is no value of this type.
    #[error("what came could not be decoded: {0}")]
    Decode(#[source] postcard::Error),
    /// The manager's answer was none to what was asked.
    #[error("the manager gave an answer that makes no sense")]
    Confused,
    /// The system failed.
    #[error("the connection to the manager failed: {0}")]
    Connection(#[source] io::Error),
}

/// A manager that gives no sign of life for so long counts as one that does not answer. It gives
/// one a second while somebody waits.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(10);

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::UnexpectedEof
            | ErrorKind::BrokenPipe
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionRefused
            | ErrorKind::NotConnected
            | ErrorKind::NotFound => Self::Gone,
            ErrorKind::WouldBlock | ErrorKind::TimedOut => Self::NoAnswer(ANSWER_LIMIT),
            _ => Self::Connection(error),
        }
    }
}

impl From<FrameError> for Error {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::TooLarge(bytes) => Self::TooLarge { bytes, most: CAP },
            FrameError::Truncated => Self::Gone,
            FrameError::Malformed(_) => Self::Confused,
            FrameError::Io(error) => error.into(),
        }
    }
}
