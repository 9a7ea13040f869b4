//! Messages through a ring of bytes in shared memory: any number of writers, any number of
//! readers, each side with a lock of its own, so that one who writes never waits for one who
//! reads.
//!
//! A position is one word: how many messages there were up to it, and how many bytes (both wrap
//! around). It moves in one store, after the bytes are copied. So a writer that is killed midway
//! has written nothing, a reader that is killed midway has read nothing, and a lock that was
//! abandoned needs no repair.
//!
//! A message is its length (4 bytes) and itself, filled up to 4 bytes; one that does not fit
//! before the end of the ring goes on at its beginning.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Duration;

use super::batch::Batch;
use super::error::SharedError;
use super::guard::Hold;
use super::layout::RingWords;
use super::lock::Mutex;
use super::parking::{Look, Parking, Until};
use super::segment::Segment;

/// Bells of one ring: two locks, and who waits for messages and for space.
pub(super) const BELLS: usize = 4;
/// Before each message: its length.
const LENGTH: u32 = 4;
/// Looks before falling asleep: a few microseconds to some ten, as long as waking takes.
const SPINS: u32 = 24;
/// Not waiting for a message or for space still is waiting for somebody else's copy to end, but
/// not for somebody who was stopped in the middle of one.
const GRACE: Duration = Duration::from_millis(10);

/// Why nothing was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missed {
    Late,
    /// The one at the other end is gone.
    Ended,
    TooLarge,
    Damaged,
}

/// The size of a ring, as this process read it when it opened it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    size: u32,
    most: u32,
}

impl Shape {
    /// At least so many bytes, at most so many messages.
    pub(super) fn new(bytes: usize, most: u32) -> Result<Self, SharedError> {
        let size = u32::try_from(bytes.max(64))
            .ok()
            .filter(|&bytes| bytes <= 1 << 30)
            .ok_or(SharedError::BadSize("a queue or pipe holds at most 1 GiB"))?
            .next_power_of_two();
        if most == 0 {
            return Err(SharedError::BadSize("a queue holds at least one message"));
        }
        Ok(Self { size, most })
    }

    pub(super) fn note(self, words: &RingWords) {
        words.size.store(self.size, Relaxed);
        words.most.store(self.most, Relaxed);
    }

    pub(super) fn of(words: &RingWords) -> Result<Self, SharedError> {
        let shape = Self {
            size: words.size.load(Relaxed),
            most: words.most.load(Relaxed),
        };
        if shape.size.is_power_of_two() && (64..=1 << 30).contains(&shape.size) {
            Ok(shape)
        } else {
            Err(SharedError::Foreign)
        }
    }

    /// Bytes of the ring.
    pub(super) fn size(self) -> usize {
        self.size as usize
    }

    /// The longest message.
    pub(super) fn longest(self) -> usize {
        (self.size - LENGTH) as usize
    }

    /// What a message takes.
    fn taken_by(self, message: usize) -> Option<u32> {
        (message <= self.longest()).then(|| LENGTH + (message as u32).next_multiple_of(4))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Position {
    messages: u32,
    bytes: u32,
}

impl Position {
    fn load(word: &AtomicU64) -> Self {
        Self::of(word.load(SeqCst))
    }

    fn of(word: u64) -> Self {
        Self {
            messages: (word >> 32) as u32,
            bytes: word as u32,
        }
    }

    fn word(self) -> u64 {
        u64::from(self.messages) << 32 | u64::from(self.bytes)
    }

    fn after(self, bytes: u32) -> Self {
        Self {
            messages: self.messages.wrapping_add(1),
            bytes: self.bytes.wrapping_add(bytes),
        }
    }

    /// What is between an earlier position and this one.
    fn since(self, before: Self) -> Self {
        Self {
            messages: self.messages.wrapping_sub(before.messages),
            bytes: self.bytes.wrapping_sub(before.bytes),
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Ring<'a> {
    segment: &'a Segment,
    words: &'a RingWords,
    shape: Shape,
    /// Where its bytes begin in the segment's content.
    begin: usize,
    /// Its first bell.
    bell: usize,
}

impl<'a> Ring<'a> {
    pub(super) fn new(
        segment: &'a Segment,
        words: &'a RingWords,
        shape: Shape,
        begin: usize,
        bell: usize,
    ) -> Self {
        Self {
            segment,
            words,
            shape,
            begin,
            bell,
        }
    }

    fn writers(self) -> Mutex<'a> {
        Mutex::new(self.segment, &self.words.writers.0.lock, self.bell)
    }

    fn readers(self) -> Mutex<'a> {
        Mutex::new(self.segment, &self.words.readers.0.lock, self.bell + 1)
    }

    fn items(self) -> Parking<'a> {
        self.segment.parking(&self.words.items.0, self.bell + 2)
    }

    fn space(self) -> Parking<'a> {
        self.segment.parking(&self.words.space.0, self.bell + 3)
    }

    /// How many messages were ever put, wrapping around.
    pub(super) fn put_so_far(self) -> u32 {
        Position::load(&self.words.tail.0).messages
    }

    pub(super) fn len(self) -> u32 {
        // Until nobody took any in between: else it could be more than there ever were.
        let mut head = Position::load(&self.words.head.0);
        loop {
            let tail = Position::load(&self.words.tail.0);
            let now = Position::load(&self.words.head.0);
            if now == head {
                return tail.since(head).messages;
            }
            head = now;
        }
    }

    fn fits(self, taken: u32, head: Position, tail: Position) -> bool {
        let used = tail.since(head);
        used.messages < self.shape.most && taken <= self.shape.size.saturating_sub(used.bytes)
    }

    /// Puts a message. `ended` says whether nobody will ever take it.
    pub(super) fn push(
        self,
        message: &[u8],
        until: Until,
        ended: impl Fn(Look) -> bool,
    ) -> Result<(), Missed> {
        let taken = self.shape.taken_by(message.len()).ok_or(Missed::TooLarge)?;
        loop {
            if ended(Look::First) {
                return Err(Missed::Ended);
            }
            let mutex = self.writers();
            mutex.take(until.at_least(GRACE)).ok_or(Missed::Late)?;
            let hold = Hold::new(mutex);
            let put = self.put(message, taken);
            drop(hold);
            if let Some(more) = put {
                self.items().notify_one();
                if more {
                    // Who takes several makes room for several, and wakes one.
                    self.space().notify_one();
                }
                return Ok(());
            }
            let room = |look| {
                let head = Position::load(&self.words.head.0);
                let tail = Position::load(&self.words.tail.0);
                if self.fits(taken, head, tail) {
                    Some(Ok(()))
                } else {
                    ended(look).then_some(Err(Missed::Ended))
                }
            };
            self.space()
                .wait_for(until, SPINS, room)
                .ok_or(Missed::Late)??;
        }
    }

    /// With the writers' lock held: `None` if there is no room, else whether there is for more.
    fn put(self, message: &[u8], taken: u32) -> Option<bool> {
        let tail = Position::load(&self.words.tail.0);
        let seen = &self.words.writers.0.seen;
        let mut head = Position::of(seen.load(Relaxed));
        if !self.fits(taken, head, tail) {
            head = Position::load(&self.words.head.0);
            seen.store(head.word(), Relaxed);
            if !self.fits(taken, head, tail) {
                return None;
            }
        }
        // Checked by `taken_by`: shorter than the ring.
        let length = message.len() as u32;
        self.write(tail.bytes, &length.to_ne_bytes());
        self.write(tail.bytes.wrapping_add(LENGTH), message);
        let next = tail.after(taken);
        self.words.tail.0.store(next.word(), SeqCst);
        Some(self.fits(taken, head, next))
    }

    /// Appends the next message to `into`; how long it is.
    pub(super) fn pop(
        self,
        into: &mut Vec<u8>,
        until: Until,
        ended: impl Fn(Look) -> bool,
    ) -> Result<(), Missed> {
        self.take_some(until, ended, |head, tail| self.take_one(head, tail, into))
    }

    /// Appends what is there, one message at least and `most` at most.
    pub(super) fn pop_batch(
        self,
        batch: &mut Batch,
        most: usize,
        until: Until,
        ended: impl Fn(Look) -> bool,
    ) -> Result<(), Missed> {
        self.take_some(until, ended, |mut head, tail| {
            for _ in 0..most.max(1) {
                if head == tail {
                    break;
                }
                head = batch.add(|bytes| self.take_one(head, tail, bytes))?;
            }
            Ok(head)
        })
    }

    fn take_some(
        self,
        until: Until,
        ended: impl Fn(Look) -> bool,
        mut take: impl FnMut(Position, Position) -> Result<Position, Missed>,
    ) -> Result<(), Missed> {
        loop {
            let mutex = self.readers();
            mutex.take(until.at_least(GRACE)).ok_or(Missed::Late)?;
            let hold = Hold::new(mutex);
            let head = Position::load(&self.words.head.0);
            let seen = &self.words.readers.0.seen;
            let mut tail = Position::of(seen.load(Relaxed));
            if tail.since(head).bytes.wrapping_sub(1) >= self.shape.size {
                tail = Position::load(&self.words.tail.0);
                seen.store(tail.word(), Relaxed);
            }
            if head != tail {
                let next = take(head, tail)?;
                self.words.head.0.store(next.word(), SeqCst);
                drop(hold);
                self.space().notify_one();
                return Ok(());
            }
            drop(hold);
            self.wait_for_message(until, &ended)?;
        }
    }

    /// Waits until there is a message to take, which somebody else may take first.
    pub(super) fn wait_for_message(
        self,
        until: Until,
        ended: impl Fn(Look) -> bool,
    ) -> Result<(), Missed> {
        let there = || self.words.head.0.load(SeqCst) != self.words.tail.0.load(SeqCst);
        let attempt = |look| {
            if there() {
                return Some(Ok(()));
            }
            // Looked at once more: it may have put something and ended since.
            ended(look).then(|| if there() { Ok(()) } else { Err(Missed::Ended) })
        };
        self.items()
            .wait_for(until, SPINS, attempt)
            .ok_or(Missed::Late)?
    }

    /// Appends the message at `head`; where the next one is.
    fn take_one(
        self,
        head: Position,
        tail: Position,
        into: &mut Vec<u8>,
    ) -> Result<Position, Missed> {
        let used = tail.since(head).bytes;
        let mut length = [0; LENGTH as usize];
        self.read_length(head.bytes, &mut length);
        let length = u32::from_ne_bytes(length);
        // What another process wrote is not believed: a length beyond what is there would read
        // what was never put.
        match self.shape.taken_by(length as usize) {
            Some(taken) if taken <= used && used <= self.shape.size => {
                self.read(head.bytes.wrapping_add(LENGTH), length, into);
                Ok(head.after(taken))
            }
            _ => Err(Missed::Damaged),
        }
    }

    /// Everybody who waits looks again.
    pub(super) fn wake_all(self) {
        self.items().notify_all();
        self.space().notify_all();
    }

    /// A piece of the ring in one or two pieces of memory: where the first begins, how long it is.
    fn split(self, at: u32, bytes: usize) -> (usize, usize) {
        let offset = (at & (self.shape.size - 1)) as usize;
        (self.begin + offset, bytes.min(self.shape.size() - offset))
    }

    fn write(self, at: u32, bytes: &[u8]) {
        let (offset, first) = self.split(at, bytes.len());
        self.segment.write(offset, &bytes[..first]);
        if first < bytes.len() {
            self.segment.write(self.begin, &bytes[first..]);
        }
    }

    fn read(self, at: u32, bytes: u32, into: &mut Vec<u8>) {
        let bytes = bytes as usize;
        let (offset, first) = self.split(at, bytes);
        self.segment.read(offset, first, into);
        if first < bytes {
            self.segment.read(self.begin, bytes - first, into);
        }
    }

    fn read_length(self, at: u32, into: &mut [u8; LENGTH as usize]) {
        // Four bytes at a multiple of four: never in two pieces.
        let (offset, _) = self.split(at, LENGTH as usize);
        self.segment.read_exact(offset, into);
    }
}
