//! A pipe with two ends, each of which sends and receives whole messages.
//!
//! Two rings in shared memory, not a pair of sockets: a socket costs a call of the system for each
//! message on each side, half a million a second at best where this passes millions. What a socket
//! has and a ring has not, that its end shows by itself, is made up for: an end notes which
//! process has it, closing it wakes the other, and who waits looks now and then whether that
//! process still lives.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::batch::Batch;
use super::error::SharedError;
use super::layout::{self, Kind, PipeWords};
use super::parking::{Look, Until};
use super::ring::{self, Missed, Ring, Shape};
use super::segment::Segment;
use super::sys;
use super::token::{Object, Token, need};

/// Where the bytes of the first ring begin.
const BYTES: usize = size_of::<PipeWords>();

/// The word of an end that no process has yet.
const NOBODY: u64 = 0;
/// The word of an end that was closed.
const CLOSED: u64 = 1;

/// Why a message was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// There was no room in the time that was given: the other end does not receive.
    #[error("the pipe is full")]
    Full,
    /// There will never be room.
    #[error("a message of {bytes} bytes is longer than the {most} that the pipe holds")]
    TooLarge {
        /// Bytes of the message.
        bytes: usize,
        /// Bytes of the longest that fits.
        most: usize,
    },
    /// Nobody will receive it.
    #[error("the other end of the pipe is closed")]
    Ended,
    /// The value cannot be made a message.
    #[error("the value could not be encoded: {0}")]
    Encode(#[from] postcard::Error),
}

/// Why there is no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// None came in the time that was given.
    #[error("nothing was received in time")]
    Empty,
    /// All was received, and the other end is closed or its process has ended.
    #[error("the other end of the pipe is closed")]
    Ended,
    /// Somebody wrote over what is in the pipe.
    #[error("what is in the pipe is damaged: another process wrote over it")]
    Damaged,
    /// The message is no value of this type. It was taken.
    #[error("the message could not be decoded: {0}")]
    Decode(#[from] postcard::Error),
}

/// One end of a pipe with two, each of which sends and receives.
///
/// An end belongs to one process, whose threads may share it. [`hand_over`](Self::hand_over) makes
/// a token of it for another, which then opens it. When that process closes the end, by dropping
/// it or by ending in whatever way, this one receives what was sent before and then
/// [`ReceiveError::Ended`]: at once if it was dropped, within a tenth of a second otherwise. Until
/// a token is opened nobody is missed, so wait with a limit where its opener may never start.
///
/// ```
/// use workers::shared::{End, ReceiveError};
///
/// let (here, there) = End::pair(64 * 1024)?;
/// let token = there.hand_over();
///
/// // In another process:
/// let there = token.open()?;
/// there.send(b"ping")?;
///
/// assert_eq!(here.receive()?, b"ping");
/// drop(there);
/// assert_eq!(here.receive(), Err(ReceiveError::Ended));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct End {
    /// The same for both ends while one process has both: each names it to others.
    segment: Arc<Segment>,
    shape: Shape,
    /// 0 or 1; the other end has the other.
    side: usize,
}

impl End {
    /// Both ends of a pipe that holds at least so many bytes (up to 1 GiB) on its way in each
    /// direction.
    ///
    /// # Errors
    /// When the system gives no shared memory, or that is too much.
    pub fn pair(bytes: usize) -> Result<(Self, Self), SharedError> {
        let shape = Shape::new(bytes, u32::MAX)?;
        let segment = Segment::create(Self::KIND, BYTES + 2 * shape.size(), Self::BELLS)?;
        for ring in &segment.words::<PipeWords>().rings {
            shape.note(ring);
        }
        let segment = Arc::new(segment);
        let here = Self::claim(Arc::clone(&segment), 0)?;
        Ok((here, Self::claim(segment, 1)?))
    }

    /// Gives this end to whoever opens the token first. The process that made the pipe must keep
    /// the other end until then.
    pub fn hand_over(self) -> Token<Self> {
        self.own().store(NOBODY, SeqCst);
        // Found where this process found it: what this end has open is closed in a moment.
        Token::as_found(&self.segment, self.side as u32)
    }

    fn claim(segment: Arc<Segment>, side: u32) -> Result<Self, SharedError> {
        need(&segment, BYTES)?;
        let words: &PipeWords = segment.words();
        let shape = Shape::of(&words.rings[0])?;
        need(&segment, BYTES + 2 * shape.size())?;
        let side = match side {
            0 => 0,
            1 => 1,
            _ => return Err(SharedError::Foreign),
        };
        words.ends[side]
            .0
            .compare_exchange(NOBODY, sys::this_process(), SeqCst, SeqCst)
            .map_err(|_| SharedError::Taken)?;
        Ok(Self {
            segment,
            shape,
            side,
        })
    }

    fn words(&self) -> &PipeWords {
        self.segment.words()
    }

    fn own(&self) -> &AtomicU64 {
        &self.words().ends[self.side].0
    }

    fn ring(&self, side: usize) -> Ring<'_> {
        Ring::new(
            &self.segment,
            &self.words().rings[side],
            self.shape,
            BYTES + side * self.shape.size(),
            side * ring::BELLS,
        )
    }

    /// What this end sends.
    fn out(&self) -> Ring<'_> {
        self.ring(self.side)
    }

    /// What this end receives.
    fn incoming(&self) -> Ring<'_> {
        self.ring(1 - self.side)
    }

    fn other_ended(&self, look: Look) -> bool {
        let other = &self.words().ends[1 - self.side].0;
        match other.load(SeqCst) {
            NOBODY => false,
            CLOSED => true,
            process if look == Look::Again && !sys::process_lives(process) => {
                // Only once; from now on it is seen at a glance.
                let _ = other.compare_exchange(process, CLOSED, SeqCst, SeqCst);
                true
            }
            _ => false,
        }
    }

    /// Sends a message; waits while there is no room.
    ///
    /// # Errors
    /// When the other end is closed, or the message is longer than the pipe.
    pub fn send(&self, message: &[u8]) -> Result<(), SendError> {
        self.send_until(message, Until::Never)
    }

    /// Sends a message; waits no longer than `limit`.
    ///
    /// # Errors
    /// [`SendError::Full`] after that; otherwise as [`send`](Self::send).
    pub fn send_timeout(&self, message: &[u8], limit: Duration) -> Result<(), SendError> {
        self.send_until(message, Until::after(limit))
    }

    /// Sends a message if there is room.
    ///
    /// # Errors
    /// [`SendError::Full`]; otherwise as [`send`](Self::send).
    pub fn try_send(&self, message: &[u8]) -> Result<(), SendError> {
        self.send_until(message, Until::Now)
    }

    /// As [`send`](Self::send), for a value.
    ///
    /// # Errors
    /// As for `send`, and when serde has no form for it.
    pub fn send_value<V: Serialize + ?Sized>(&self, value: &V) -> Result<(), SendError> {
        self.send(&postcard::to_stdvec(value)?)
    }

    fn send_until(&self, message: &[u8], until: Until) -> Result<(), SendError> {
        self.out()
            .push(message, until, |look| self.other_ended(look))
            .map_err(|missed| match missed {
                Missed::TooLarge => SendError::TooLarge {
                    bytes: message.len(),
                    most: self.shape.longest(),
                },
                Missed::Ended => SendError::Ended,
                Missed::Late | Missed::Damaged => SendError::Full,
            })
    }

    /// Takes the next message; waits while there is none.
    ///
    /// # Errors
    /// When all was received and the other end is closed.
    pub fn receive(&self) -> Result<Vec<u8>, ReceiveError> {
        self.receive_until(Until::Never)
    }

    /// Takes the next message; waits no longer than `limit`.
    ///
    /// # Errors
    /// [`ReceiveError::Empty`] after that; otherwise as [`receive`](Self::receive).
    pub fn receive_timeout(&self, limit: Duration) -> Result<Vec<u8>, ReceiveError> {
        self.receive_until(Until::after(limit))
    }

    /// Takes the next message if there is one.
    ///
    /// # Errors
    /// [`ReceiveError::Empty`]; otherwise as [`receive`](Self::receive).
    pub fn try_receive(&self) -> Result<Vec<u8>, ReceiveError> {
        self.receive_until(Until::Now)
    }

    /// As [`receive`](Self::receive), for a value.
    ///
    /// # Errors
    /// As for `receive`, and when the message is no such value.
    pub fn receive_value<V: DeserializeOwned>(&self) -> Result<V, ReceiveError> {
        Ok(postcard::from_bytes(&self.receive()?)?)
    }

    fn receive_until(&self, until: Until) -> Result<Vec<u8>, ReceiveError> {
        let mut message = Vec::new();
        self.incoming()
            .pop(&mut message, until, |look| self.other_ended(look))
            .map_err(missed)?;
        Ok(message)
    }

    /// Takes what is there, up to `most` messages, in the place of what the batch holds; waits
    /// while there is none, no longer than `limit` if there is one. How many were taken.
    ///
    /// # Errors
    /// [`ReceiveError::Empty`] after the limit; otherwise as [`receive`](Self::receive).
    pub fn receive_batch(
        &self,
        batch: &mut Batch,
        most: usize,
        limit: Option<Duration>,
    ) -> Result<usize, ReceiveError> {
        batch.clear();
        let until = limit.map_or(Until::Never, Until::after);
        self.incoming()
            .pop_batch(batch, most, until, |look| self.other_ended(look))
            .map_err(missed)?;
        Ok(batch.len())
    }

    /// Waits no longer than `limit` until receiving would not wait: there is a message, or there
    /// will never be one.
    pub fn poll(&self, limit: Duration) -> bool {
        let until = if limit.is_zero() {
            Until::Now
        } else {
            Until::after(limit)
        };
        let waited = self
            .incoming()
            .wait_for_message(until, |look| self.other_ended(look));
        waited != Err(Missed::Late)
    }

    /// Bytes of the longest message that fits.
    pub fn longest_message(&self) -> usize {
        self.shape.longest()
    }
}

fn missed(missed: Missed) -> ReceiveError {
    match missed {
        Missed::Damaged => ReceiveError::Damaged,
        Missed::Ended => ReceiveError::Ended,
        Missed::Late | Missed::TooLarge => ReceiveError::Empty,
    }
}

impl Drop for End {
    fn drop(&mut self) {
        // Not if it was handed over.
        let mine = sys::this_process();
        if self
            .own()
            .compare_exchange(mine, CLOSED, SeqCst, SeqCst)
            .is_ok()
        {
            self.out().wake_all();
            self.incoming().wake_all();
        }
    }
}

impl fmt::Debug for End {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("End").finish_non_exhaustive()
    }
}

impl Object for End {
    const KIND: Kind = Kind::new(layout::PIPE);
    const BELLS: usize = 2 * ring::BELLS;

    fn from_segment(segment: Segment, part: u32) -> Result<Self, SharedError> {
        Self::claim(Arc::new(segment), part)
    }
}
