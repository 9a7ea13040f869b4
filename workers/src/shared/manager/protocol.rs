//! What a manager and those who use it say to each other, after the handshake. Each frame is a
//! [`Request`] or an [`Answer`], and behind it the keys and values it is about, each with its
//! length: the manager stores and compares them as bytes and knows none of their types.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::dict::DictOp;
use super::error::Error;
use super::list::ListOp;
use super::lock::LockOp;
use super::queue::QueueOp;
use super::value::ValueOp;

/// Raised with every change to a message or to the handshake.
pub(super) const PROTOCOL: u32 = 2;
/// What is sent in one piece of something longer, bytes: long enough that its way costs little,
/// short enough that an object is not held up for long.
pub(super) const PIECE: usize = 256 * 1024;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) object: u64,
    pub(super) op: Op,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Op {
    /// Makes an object, which `object` is not the number of.
    Create(Maker),
    /// What the process has used; `object` is none.
    Usage,
    /// Asks whether the object is of these types.
    Open {
        types: String,
    },
    Dict(DictOp),
    List(ListOp),
    Value(ValueOp),
    Lock(LockOp),
    Queue(QueueOp),
}

/// An object to be made.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Maker {
    pub(super) kind: Kind,
    /// What its tokens are for, in words.
    pub(super) types: String,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum Kind {
    Dict,
    List,
    /// Its first value follows.
    Value,
    Lock,
    Queue {
        /// Messages that it holds.
        most: u64,
    },
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Answer {
    Done,
    /// There is none, or there was none.
    Nothing,
    /// It follows.
    One,
    /// Any number of them follow, and after these more answers, if there are more.
    Many {
        more: bool,
    },
    Number(u64),
    /// Processor time, where the system tells.
    Used(Option<Duration>),
    /// It is of other types, which these are.
    OtherTypes(String),
    NoSuchIndex {
        index: u64,
        len: u64,
    },
    NothingToDo,
    /// It did not come about in the time that was given.
    TooLate,
    /// The lock is held.
    Held {
        abandoned: bool,
    },
    /// No answer yet, but a sign of life.
    Waiting,
}

/// Bytes as they are stored: shared, so that they can be written to a connection after the object
/// they came from was let go of.
pub(super) type Stored = Arc<[u8]>;

/// What follows a request or an answer, as it is read.
#[derive(Clone, Copy)]
pub(super) struct Items<'a>(pub(super) &'a [u8]);

impl<'a> Items<'a> {
    /// The next, which must be there.
    pub(super) fn one(&mut self) -> io::Result<&'a [u8]> {
        self.next()?.ok_or_else(|| broken("an item is missing"))
    }

    /// The next, if there is one.
    pub(super) fn next(&mut self) -> io::Result<Option<&'a [u8]>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let cut = || broken("an item is longer than its message");
        let (length, rest) = self.0.split_first_chunk().ok_or_else(cut)?;
        let length = u32::from_le_bytes(*length) as usize;
        let (item, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
        self.0 = rest;
        Ok(Some(item))
    }

    /// All that are left, checked before any of them is used: a request is done as a whole or not
    /// at all.
    pub(super) fn all(mut self) -> io::Result<Vec<&'a [u8]>> {
        let mut all = Vec::new();
        while let Some(item) = self.next()? {
            all.push(item);
        }
        Ok(all)
    }
}

/// What follows a request or an answer, as it is made.
#[derive(Default)]
pub(super) struct Payload(pub(super) Vec<u8>);

impl Payload {
    pub(super) fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let start = self.0.len();
        self.0.extend_from_slice(&[0; 4]);
        self.0 = postcard::to_extend(value, std::mem::take(&mut self.0)).map_err(Error::Encode)?;
        let length = self.0.len() - start - 4;
        // One that does not fit is longer than any message, and refused as such.
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        self.0[start..start + 4].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }

    /// Of bytes that came in a message and are therefore not too long.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0
            .extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }
}

/// A request that makes no sense: it ends its connection.
pub(super) fn broken(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// A number of the program's as it travels, and back: one that is too large for this machine is
/// as good as the largest.
pub(super) fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
