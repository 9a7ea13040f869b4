//! A bounded queue between processes.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::batch::Batch;
use super::error::SharedError;
use super::layout::{self, Kind, QueueWords};
use super::parking::{Look, Parking, Until};
use super::ring::{self, Missed, Ring, Shape};
use super::segment::Segment;
use super::token::{Object, need, tokens};

/// Where the ring's bytes begin.
const BYTES: usize = size_of::<QueueWords>();
/// The bell of those who wait until all is done.
const ALL_DONE: usize = ring::BELLS;
/// Looks before falling asleep, when it is work that is waited for.
const SPINS: u32 = 10;

/// Why a message was not put.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PutError {
    /// There was no room in the time that was given.
    #[error("the queue is full")]
    Full,
    /// There will never be room.
    #[error("a message of {bytes} bytes is longer than the {most} that the queue holds")]
    TooLarge {
        /// Bytes of the message.
        bytes: usize,
        /// Bytes of the longest that fits.
        most: usize,
    },
    /// The value cannot be made a message.
    #[error("the value could not be encoded: {0}")]
    Encode(#[from] postcard::Error),
}

/// Why there is no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GetError {
    /// None came in the time that was given.
    #[error("the queue is empty")]
    Empty,
    /// Somebody wrote over what is in the queue.
    #[error("what is in the queue is damaged: another process wrote over it")]
    Damaged,
    /// The message is no value of this type. It was taken.
    #[error("the message could not be decoded: {0}")]
    Decode(#[from] postcard::Error),
}

/// More was said to be done than was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("task_done was called more often than messages were put")]
pub struct NothingToDo;

/// A bounded queue: any process puts messages, any process gets them, each message once, in the
/// order in which they were put.
///
/// It holds a number of bytes, of which each message takes its length and up to 7 more. A process
/// that is killed while it puts or gets leaves the queue as if it had not begun.
///
/// Who puts work and wants to know when it is done has [`join`](Self::join); who does the work
/// then calls [`task_done`](Self::task_done) after each message. A message that was taken by a
/// process which died before that is never done, so give `join` a limit.
///
/// ```
/// use workers::shared::{GetError, Queue};
///
/// let queue = Queue::new(64 * 1024)?;
/// queue.put(b"any bytes")?;
/// queue.put_value(&("or", 1_u8, "value"))?;
///
/// assert_eq!(queue.get()?, b"any bytes");
/// queue.task_done()?;
/// assert_eq!(queue.get_value::<(String, u8, String)>()?.1, 1);
/// queue.task_done()?;
/// queue.join();
/// assert_eq!(queue.try_get(), Err(GetError::Empty));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Queue {
    segment: Segment,
    shape: Shape,
}

tokens!(Queue);

impl Queue {
    /// One that holds at least so many bytes (up to 1 GiB).
    ///
    /// # Errors
    /// When the system gives no shared memory, or that is too much.
    pub fn new(bytes: usize) -> Result<Self, SharedError> {
        Self::with_most(bytes, u32::MAX)
    }

    /// One that also holds no more than so many messages.
    ///
    /// # Errors
    /// As [`new`](Self::new), and when that is none.
    pub fn with_most(bytes: usize, messages: u32) -> Result<Self, SharedError> {
        let shape = Shape::new(bytes, messages)?;
        let segment = Segment::create(Self::KIND, BYTES + shape.size(), Self::BELLS)?;
        shape.note(&segment.words::<QueueWords>().ring);
        Ok(Self { segment, shape })
    }

    fn words(&self) -> &QueueWords {
        self.segment.words()
    }

    fn ring(&self) -> Ring<'_> {
        Ring::new(&self.segment, &self.words().ring, self.shape, BYTES, 0)
    }

    fn all_done(&self) -> Parking<'_> {
        self.segment.parking(&self.words().all_done, ALL_DONE)
    }

    /// Puts a message; waits while there is no room.
    ///
    /// # Errors
    /// When it is longer than the queue.
    pub fn put(&self, message: &[u8]) -> Result<(), PutError> {
        self.put_until(message, Until::Never)
    }

    /// Puts a message; waits no longer than `limit`.
    ///
    /// # Errors
    /// [`PutError::Full`] after that, or when it is longer than the queue.
    pub fn put_timeout(&self, message: &[u8], limit: Duration) -> Result<(), PutError> {
        self.put_until(message, Until::after(limit))
    }

    /// Puts a message if there is room.
    ///
    /// # Errors
    /// [`PutError::Full`], or when it is longer than the queue.
    pub fn try_put(&self, message: &[u8]) -> Result<(), PutError> {
        self.put_until(message, Until::Now)
    }

    /// As [`put`](Self::put), for a value.
    ///
    /// # Errors
    /// As for `put`, and when serde has no form for it.
    pub fn put_value<V: Serialize + ?Sized>(&self, value: &V) -> Result<(), PutError> {
        self.put(&postcard::to_stdvec(value)?)
    }

    /// As [`put_timeout`](Self::put_timeout), for a value.
    ///
    /// # Errors
    /// As for `put_timeout`, and when serde has no form for it.
    pub fn put_value_timeout<V: Serialize + ?Sized>(
        &self,
        value: &V,
        limit: Duration,
    ) -> Result<(), PutError> {
        self.put_timeout(&postcard::to_stdvec(value)?, limit)
    }

    fn put_until(&self, message: &[u8], until: Until) -> Result<(), PutError> {
        self.ring()
            .push(message, until, for_ever)
            .map_err(|missed| match missed {
                Missed::TooLarge => PutError::TooLarge {
                    bytes: message.len(),
                    most: self.shape.longest(),
                },
                _ => PutError::Full,
            })
    }

    /// Takes the next message; waits while there is none.
    ///
    /// # Errors
    /// When the queue is damaged.
    pub fn get(&self) -> Result<Vec<u8>, GetError> {
        self.get_until(Until::Never)
    }

    /// Takes the next message; waits no longer than `limit`.
    ///
    /// # Errors
    /// [`GetError::Empty`] after that, or when the queue is damaged.
    pub fn get_timeout(&self, limit: Duration) -> Result<Vec<u8>, GetError> {
        self.get_until(Until::after(limit))
    }

    /// Takes the next message if there is one.
    ///
    /// # Errors
    /// [`GetError::Empty`], or when the queue is damaged.
    pub fn try_get(&self) -> Result<Vec<u8>, GetError> {
        self.get_until(Until::Now)
    }

    /// As [`get`](Self::get), for a value.
    ///
    /// # Errors
    /// As for `get`, and when the message is no such value.
    pub fn get_value<V: DeserializeOwned>(&self) -> Result<V, GetError> {
        Ok(postcard::from_bytes(&self.get()?)?)
    }

    /// As [`get_timeout`](Self::get_timeout), for a value.
    ///
    /// # Errors
    /// As for `get_timeout`, and when the message is no such value.
    pub fn get_value_timeout<V: DeserializeOwned>(&self, limit: Duration) -> Result<V, GetError> {
        Ok(postcard::from_bytes(&self.get_timeout(limit)?)?)
    }

    fn get_until(&self, until: Until) -> Result<Vec<u8>, GetError> {
        let mut message = Vec::new();
        self.ring()
            .pop(&mut message, until, for_ever)
            .map_err(missed)?;
        Ok(message)
    }

    /// Takes what is there, up to `most` messages, in the place of what the batch holds; waits
    /// while there is none, no longer than `limit` if there is one. How many were taken.
    ///
    /// This is the fastest way to get many short messages. Where several processes get work, each
    /// message that one takes early is one that another may wait for.
    ///
    /// # Errors
    /// [`GetError::Empty`] after the limit, or when the queue is damaged.
    pub fn get_batch(
        &self,
        batch: &mut Batch,
        most: usize,
        limit: Option<Duration>,
    ) -> Result<usize, GetError> {
        batch.clear();
        let until = limit.map_or(Until::Never, Until::after);
        self.ring()
            .pop_batch(batch, most, until, for_ever)
            .map_err(missed)?;
        Ok(batch.len())
    }

    /// Says that the work a message asked for is done.
    ///
    /// # Errors
    /// When that was said of all that was ever put.
    pub fn task_done(&self) -> Result<(), NothingToDo> {
        let ring = self.ring();
        let done = &self.words().done.0;
        // Looked at anew each time: more may have been put meanwhile.
        let before = done
            .fetch_update(SeqCst, SeqCst, |done| {
                (done != ring.put_so_far()).then(|| done.wrapping_add(1))
            })
            .map_err(|_| NothingToDo)?;
        if before.wrapping_add(1) == ring.put_so_far() {
            self.all_done().notify_all();
        }
        Ok(())
    }

    /// Waits until all that was put is done.
    pub fn join(&self) {
        while !self.join_until(Until::Never) {}
    }

    /// Waits no longer than `limit`; whether all is done.
    pub fn join_timeout(&self, limit: Duration) -> bool {
        self.join_until(Until::after(limit))
    }

    fn join_until(&self, until: Until) -> bool {
        self.all_done()
            .wait_for(until, SPINS, |_| (self.not_done() == 0).then_some(()))
            .is_some()
    }

    /// How many messages were put and are not done.
    pub fn not_done(&self) -> u32 {
        let done = self.words().done.0.load(SeqCst);
        self.ring().put_so_far().wrapping_sub(done)
    }

    /// How many messages wait at this moment, which is over when it is read.
    pub fn len(&self) -> usize {
        self.ring().len() as usize
    }

    /// Whether none waits at this moment.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of the longest message that fits.
    pub fn longest_message(&self) -> usize {
        self.shape.longest()
    }
}

/// A queue belongs to nobody, so there may always be somebody at its other end.
fn for_ever(_: Look) -> bool {
    false
}

fn missed(missed: Missed) -> GetError {
    match missed {
        Missed::Damaged => GetError::Damaged,
        _ => GetError::Empty,
    }
}

impl Object for Queue {
    const KIND: Kind = Kind::new(layout::QUEUE);
    const BELLS: usize = ring::BELLS + 1;

    fn from_segment(segment: Segment, _: u32) -> Result<Self, SharedError> {
        need(&segment, BYTES)?;
        let shape = Shape::of(&segment.words::<QueueWords>().ring)?;
        need(&segment, BYTES + shape.size())?;
        Ok(Self { segment, shape })
    }
}
