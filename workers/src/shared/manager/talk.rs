//! A manager's side of one connection, as the objects see it: who asks, and how to answer.

use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::bell::Bell;
use super::protocol::{Answer, PIECE, Payload, Stored};
use super::store::Entry;
use super::transport::Stream;
use crate::pool::LONGEST;
use crate::wire::frame::{self, FrameError};

/// Who waits gets a sign of life so often. It is also how a client that is gone is noticed.
const SIGN: Duration = Duration::from_secs(1);

/// Locks what a connection's thread may have left by a panic: every change is made in one step
/// that cannot panic midway, so there is nothing to repair.
pub(super) fn lock<S>(mutex: &Mutex<S>) -> MutexGuard<'_, S> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) struct Talk {
    stream: Arc<Stream>,
    /// Told apart by in locks.
    id: u64,
    /// How long it looks again and again before it sleeps.
    awake: Duration,
    /// Answers that are not sent yet.
    out: Vec<u8>,
    payload: Payload,
    /// Objects that are to hear of the end of this connection: the locks that it holds.
    pub(super) holds: Vec<Arc<Entry>>,
}

impl Talk {
    pub(super) fn new(stream: Arc<Stream>, id: u64, awake: Duration) -> Self {
        Self {
            stream,
            id,
            awake,
            out: Vec::new(),
            payload: Payload::default(),
            holds: Vec::new(),
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        frame::encode(answer, &[], &mut self.out).map_err(io_error)
    }

    /// The answer that it is this, or that there is none.
    pub(super) fn answer_with(&mut self, item: Option<impl AsRef<[u8]>>) -> io::Result<()> {
        match item {
            None => self.answer(&Answer::Nothing),
            Some(item) => {
                self.payload.bytes(item.as_ref());
                self.answer_payload(&Answer::One)
            }
        }
    }

    pub(super) fn answer_number(&mut self, number: usize) -> io::Result<()> {
        self.answer(&Answer::Number(number as u64))
    }

    /// Any number of items, in as many answers as it takes. Of no object that is locked: this
    /// waits until the client takes them.
    pub(super) fn answer_many<T: AsRef<[u8]>>(
        &mut self,
        groups: impl IntoIterator<Item = impl IntoIterator<Item = T>>,
    ) -> io::Result<()> {
        for group in groups {
            let before = self.payload.0.len();
            for item in group {
                self.payload.bytes(item.as_ref());
            }
            // One group alone fits into a message, because it came in one.
            if before > 0 && self.payload.0.len() > PIECE {
                let rest = self.payload.0.split_off(before);
                self.answer_payload(&Answer::Many { more: true })?;
                self.flush()?;
                self.payload.0 = rest;
            }
        }
        self.answer_payload(&Answer::Many { more: false })
    }

    /// Copies items that make one piece, and says whether they do. That takes no longer than to
    /// count each as shared, so an object may be locked meanwhile.
    pub(super) fn take_if_short<'a>(
        &mut self,
        items: impl Iterator<Item = &'a Stored> + Clone,
    ) -> bool {
        let bytes: usize = items.clone().map(|item| item.len()).sum();
        let is_short = bytes <= PIECE;
        if is_short {
            items.for_each(|item| self.payload.bytes(item));
        }
        is_short
    }

    /// The items that were taken.
    pub(super) fn answer_taken(&mut self) -> io::Result<()> {
        self.answer_payload(&Answer::Many { more: false })
    }

    fn answer_payload(&mut self, answer: &Answer) -> io::Result<()> {
        let encoded = frame::encode(answer, &self.payload.0, &mut self.out);
        self.payload.0.clear();
        self.payload.0.shrink_to(PIECE);
        encoded.map_err(io_error)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        let sent = (&*self.stream).write_all(&self.out);
        self.out.clear();
        self.out.shrink_to(PIECE);
        sent
    }

    /// Whether so much waits to be sent that it should be.
    pub(super) fn is_full(&self) -> bool {
        self.out.len() >= PIECE
    }

    /// Looks at what a mutex protects, now and whenever the bell rings, until there is something,
    /// or `limit` has passed: then `None`. An error means that the client is gone.
    pub(super) fn wait<S, R>(
        &mut self,
        (mutex, bell): (&Mutex<S>, &Bell),
        limit: Option<Duration>,
        mut look: impl FnMut(&mut S) -> Option<R>,
    ) -> io::Result<Option<R>> {
        let mut state = lock(mutex);
        if let Some(found) = look(&mut state) {
            return Ok(Some(found));
        }
        let now = Instant::now();
        let until = now + limit.unwrap_or(LONGEST).min(LONGEST);
        let mut sign = now + SIGN;
        let asleep = now + self.awake;
        if !self.out.is_empty() {
            // Answers to what was asked before.
            drop(state);
            self.flush()?;
            state = lock(mutex);
        }
        loop {
            if let Some(found) = look(&mut state) {
                return Ok(Some(found));
            }
            let now = Instant::now();
            if now >= until {
                return Ok(None);
            }
            if now >= sign {
                drop(state);
                self.answer(&Answer::Waiting)?;
                self.flush()?;
                sign = Instant::now() + SIGN;
                state = lock(mutex);
                continue;
            }
            if now < asleep {
                drop(state);
                std::thread::yield_now();
                state = lock(mutex);
                continue;
            }
            state = bell.sleep(state, until.min(sign).saturating_duration_since(now));
        }
    }
}

/// However the connection ended.
impl Drop for Talk {
    fn drop(&mut self) {
        for entry in std::mem::take(&mut self.holds) {
            entry.forget(self.id);
        }
    }
}

fn io_error(error: FrameError) -> io::Error {
    match error {
        FrameError::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other),
    }
}
