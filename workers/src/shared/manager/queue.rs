//! A bounded queue: what is said about it, what the manager has, and the proxy.

use std::collections::VecDeque;
use std::io;
use std::sync::Mutex;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::bell::Bell;
use super::error::Error;
use super::protocol::{Answer, Items, Op, PIECE, Payload, Stored, size};
use super::proxy::{Proxy, proxies, with};
use super::talk::{Talk, lock};

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum QueueOp {
    /// Any number of messages, of which as many are put as there is room for; waits until that is
    /// one.
    Put {
        limit: Option<Duration>,
    },
    /// Up to so many, but no more than a message is to hold; waits until there is one.
    Get {
        most: u64,
        limit: Option<Duration>,
    },
    TaskDone,
    Join {
        limit: Option<Duration>,
    },
    Len,
    NotDone,
}

pub(super) struct Line {
    most: usize,
    state: Mutex<State>,
    room: Bell,
    filled: Bell,
    all_done: Bell,
}

#[derive(Default)]
struct State {
    messages: VecDeque<Stored>,
    /// Put and not said to be done.
    not_done: u64,
}

impl Line {
    pub(super) fn new(most: u64) -> Self {
        Self {
            most: size(most).max(1),
            state: Mutex::default(),
            room: Bell::default(),
            filled: Bell::default(),
            all_done: Bell::default(),
        }
    }

    pub(super) fn serve(&self, op: QueueOp, items: Items<'_>, talk: &mut Talk) -> io::Result<()> {
        match op {
            QueueOp::Put { limit } => self.put(limit, items, talk),
            QueueOp::Get { most, limit } => self.get(size(most), limit, talk),
            QueueOp::TaskDone => {
                let mut state = lock(&self.state);
                let Some(left) = state.not_done.checked_sub(1) else {
                    drop(state);
                    return talk.answer(&Answer::NothingToDo);
                };
                state.not_done = left;
                drop(state);
                if left == 0 {
                    self.all_done.ring_for_all();
                }
                talk.answer(&Answer::Done)
            }
            QueueOp::Join { limit } => {
                let all_done = |state: &mut State| (state.not_done == 0).then_some(());
                let done = talk.wait((&self.state, &self.all_done), limit, all_done)?;
                talk.answer(&if done.is_some() {
                    Answer::Done
                } else {
                    Answer::TooLate
                })
            }
            QueueOp::Len => {
                let len = lock(&self.state).messages.len();
                talk.answer_number(len)
            }
            QueueOp::NotDone => {
                let not_done = lock(&self.state).not_done;
                talk.answer(&Answer::Number(not_done))
            }
        }
    }

    fn put(&self, limit: Option<Duration>, items: Items<'_>, talk: &mut Talk) -> io::Result<()> {
        let mut new = VecDeque::from(items.all()?);
        let put = talk.wait((&self.state, &self.room), limit, |state| {
            let room = self.most.saturating_sub(state.messages.len());
            let put = room.min(new.len());
            if put == 0 && !new.is_empty() {
                return None;
            }
            state.messages.extend(new.drain(..put).map(Stored::from));
            state.not_done += put as u64;
            Some((put, state.messages.len() < self.most))
        })?;
        let Some((put, room)) = put else {
            return talk.answer(&Answer::TooLate);
        };
        // One message wakes one: who finds more than it takes wakes the next.
        self.filled.ring_for_one();
        if room {
            self.room.ring_for_one();
        }
        talk.answer_number(put)
    }

    fn get(&self, most: usize, limit: Option<Duration>, talk: &mut Talk) -> io::Result<()> {
        let taken = talk.wait((&self.state, &self.filled), limit, |state| {
            let mut taken = Vec::new();
            let mut bytes = 0;
            while taken.len() < most && bytes < PIECE {
                let Some(next) = state.messages.pop_front() else {
                    break;
                };
                bytes += next.len();
                taken.push(next);
            }
            (most == 0 || !taken.is_empty()).then_some((taken, state.messages.is_empty()))
        })?;
        let Some((taken, empty)) = taken else {
            return talk.answer(&Answer::TooLate);
        };
        self.room.ring_for_one();
        if !empty {
            self.filled.ring_for_one();
        }
        let told = talk
            .answer_many(taken.iter().map(|message| [message]))
            .and_then(|()| talk.flush());
        if told.is_err() {
            // Nobody was there to get them. That the queue may hold more than it should for a
            // moment is better than that they are lost.
            let mut state = lock(&self.state);
            for message in taken.into_iter().rev() {
                state.messages.push_front(message);
            }
            drop(state);
            self.filled.ring_for_one();
        }
        told
    }
}

/// A bounded queue that a manager has: any process puts messages, any process gets them, each
/// message once, in the order in which they were put.
///
/// A message that was on its way to a process which was killed goes back to the front if the
/// manager notices in time; it may also be lost with that process, as one that it already had.
///
/// Each call is a way to the manager and back; [`put_all`](Self::put_all) and
/// [`get_many`](Self::get_many) make one way of many. [`shared::Queue`](crate::shared::Queue) needs
/// no manager and is some twenty times as fast.
pub struct Queue<T> {
    proxy: Proxy<T>,
}

proxies!(Queue<T>, "a queue of");

impl<T: Serialize + DeserializeOwned> Queue<T> {
    /// Puts a message; waits while there is no room.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the message is too long.
    pub fn put(&self, message: &T) -> Result<(), Error> {
        self.put_until(message, None)?
            .then_some(())
            .ok_or(Error::Confused)
    }

    /// Puts a message; waits no longer than `limit`. Whether there was room.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the message is too long.
    #[must_use = "it says whether the message was put"]
    pub fn put_timeout(&self, message: &T, limit: Duration) -> Result<bool, Error> {
        self.put_until(message, Some(limit))
    }

    /// Puts a message if there is room; whether there was.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the message is too long.
    #[must_use = "it says whether the message was put"]
    pub fn try_put(&self, message: &T) -> Result<bool, Error> {
        self.put_until(message, Some(Duration::ZERO))
    }

    fn put_until(&self, message: &T, limit: Option<Duration>) -> Result<bool, Error> {
        self.proxy
            .number(Op::Queue(QueueOp::Put { limit }), with(message))
            .map(|put| put > 0)
    }

    /// Puts all of these, in their order, as there is room for them; others may come between.
    ///
    /// # Errors
    /// When the manager cannot be asked; what came before may have been put.
    pub fn put_all(&self, messages: impl IntoIterator<Item = T>) -> Result<(), Error> {
        self.proxy.in_pieces(
            messages,
            |message, payload| payload.value(&message),
            |piece| {
                let mut rest = Payload::default();
                piece(&mut rest)?;
                let mut from = 0;
                while from < rest.0.len() {
                    let put = Op::Queue(QueueOp::Put { limit: None });
                    let taken = self.proxy.number(put, |payload| {
                        payload.0.extend_from_slice(&rest.0[from..]);
                        Ok(())
                    })?;
                    let mut left = Items(&rest.0[from..]);
                    for _ in 0..taken {
                        left.one().map_err(|_| Error::Confused)?;
                    }
                    from = rest.0.len() - left.0.len();
                }
                Ok(())
            },
        )
    }

    /// Takes the next message; waits while there is none.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the message is not of this type; then it is gone.
    pub fn get(&self) -> Result<T, Error> {
        self.take(1, None)?.pop().ok_or(Error::Confused)
    }

    /// Takes the next message; waits no longer than `limit`, then `None`.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the message is not of this type; then it is gone.
    pub fn get_timeout(&self, limit: Duration) -> Result<Option<T>, Error> {
        Ok(self.take(1, Some(limit))?.pop())
    }

    /// Takes the next message, if there is one.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the message is not of this type; then it is gone.
    pub fn try_get(&self) -> Result<Option<T>, Error> {
        self.get_timeout(Duration::ZERO)
    }

    /// Takes what is there, up to `most` messages and about 256 KiB; waits while there is none, no
    /// longer than `limit` if there is one, then none.
    ///
    /// # Errors
    /// When the manager cannot be asked, or a message is not of this type; then they are gone.
    pub fn get_many(&self, most: usize, limit: Option<Duration>) -> Result<Vec<T>, Error> {
        self.take(most, limit)
    }

    fn take(&self, most: usize, limit: Option<Duration>) -> Result<Vec<T>, Error> {
        let most = most as u64;
        self.proxy
            .values(Op::Queue(QueueOp::Get { most, limit }), |_| Ok(()))
    }

    /// Says that the work a message asked for is done.
    ///
    /// # Errors
    /// [`Error::NothingToDo`] when that was said of all that was ever put, or the manager cannot
    /// be asked.
    pub fn task_done(&self) -> Result<(), Error> {
        self.proxy.done(Op::Queue(QueueOp::TaskDone), |_| Ok(()))
    }

    /// Waits until all that was put is done. A message that was taken by a process which died
    /// before it was is never done, so give this a limit: [`join_timeout`](Self::join_timeout).
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn join(&self) -> Result<(), Error> {
        self.join_until(None).map(drop)
    }

    /// Waits no longer than `limit`; whether all is done.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    #[must_use = "it says whether all is done"]
    pub fn join_timeout(&self, limit: Duration) -> Result<bool, Error> {
        self.join_until(Some(limit))
    }

    fn join_until(&self, limit: Option<Duration>) -> Result<bool, Error> {
        self.proxy.in_time(Op::Queue(QueueOp::Join { limit }))
    }

    /// How many messages were put and are not done.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn not_done(&self) -> Result<usize, Error> {
        self.proxy.number(Op::Queue(QueueOp::NotDone), |_| Ok(()))
    }

    /// How many messages wait at this moment, which is over when it is read.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn len(&self) -> Result<usize, Error> {
        self.proxy.number(Op::Queue(QueueOp::Len), |_| Ok(()))
    }

    /// Whether none waits at this moment.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn is_empty(&self) -> Result<bool, Error> {
        Ok(self.len()? == 0)
    }
}
