//! A list: what is said about it, what the manager has, and the proxy.

use std::collections::VecDeque;
use std::io;
use std::ops::{Bound, RangeBounds};
use std::sync::Mutex;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::protocol::{Answer, Items, Op, PIECE, Stored, size};
use super::proxy::{Proxy, proxies, with};
use super::talk::{Talk, lock};

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum ListOp {
    /// Any number.
    Push,
    /// Up to so many, but no more than a message is to hold.
    Pop {
        first: bool,
        most: u64,
    },
    Get {
        index: u64,
    },
    Set {
        index: u64,
    },
    Insert {
        index: u64,
    },
    Remove {
        index: u64,
    },
    /// What is expected, then what is to be there.
    Change {
        index: u64,
    },
    Len,
    Range {
        from: u64,
        to: u64,
    },
    Truncate {
        len: u64,
    },
}

/// A ring rather than a vector, so that the first goes as fast as the last.
#[derive(Default)]
pub(super) struct Row(Mutex<VecDeque<Stored>>);

impl Row {
    pub(super) fn serve(
        &self,
        op: ListOp,
        mut items: Items<'_>,
        talk: &mut Talk,
    ) -> io::Result<()> {
        let mut row = lock(&self.0);
        let outside = |index, row: &VecDeque<Stored>| Answer::NoSuchIndex {
            index,
            len: row.len() as u64,
        };
        match op {
            ListOp::Push => {
                drop(row);
                let new: Vec<Stored> = items.all()?.into_iter().map(Stored::from).collect();
                lock(&self.0).extend(new);
                talk.answer(&Answer::Done)
            }
            ListOp::Pop { first, most } => {
                let mut taken: Vec<Stored> = Vec::new();
                let mut bytes = 0;
                while taken.len() < size(most) && bytes < PIECE {
                    let next = if first {
                        row.pop_front()
                    } else {
                        row.pop_back()
                    };
                    let Some(next) = next else { break };
                    bytes += next.len();
                    taken.push(next);
                }
                drop(row);
                talk.answer_many(taken.iter().map(|item| [item]))
            }
            ListOp::Get { index } => {
                let found = row.get(size(index)).cloned();
                drop(row);
                talk.answer_with(found)
            }
            ListOp::Set { index } => {
                let new = items.one()?.into();
                let Some(there) = row.get_mut(size(index)) else {
                    let outside = outside(index, &row);
                    drop(row);
                    return talk.answer(&outside);
                };
                let before = std::mem::replace(there, new);
                drop(row);
                talk.answer_with(Some(before))
            }
            ListOp::Insert { index } => {
                if size(index) > row.len() {
                    let outside = outside(index, &row);
                    drop(row);
                    return talk.answer(&outside);
                }
                row.insert(size(index), items.one()?.into());
                drop(row);
                talk.answer(&Answer::Done)
            }
            ListOp::Remove { index } => {
                let removed = row.remove(size(index));
                let outside = outside(index, &row);
                drop(row);
                match removed {
                    Some(removed) => talk.answer_with(Some(removed)),
                    None => talk.answer(&outside),
                }
            }
            ListOp::Change { index } => {
                let (expected, new) = (items.one()?, items.one()?);
                let there = row.get(size(index)).cloned();
                let changed = there.as_deref() == Some(expected);
                if changed {
                    row[size(index)] = new.into();
                }
                let outside = outside(index, &row);
                drop(row);
                match there {
                    None => talk.answer(&outside),
                    Some(_) if changed => talk.answer(&Answer::Done),
                    Some(other) => talk.answer_with(Some(other)),
                }
            }
            ListOp::Len => {
                let len = row.len();
                drop(row);
                talk.answer_number(len)
            }
            ListOp::Range { from, to } => {
                let to = size(to).min(row.len());
                let from = size(from).min(to);
                if talk.take_if_short(row.range(from..to)) {
                    drop(row);
                    return talk.answer_taken();
                }
                let found: Vec<Stored> = row.range(from..to).cloned().collect();
                drop(row);
                talk.answer_many(found.iter().map(|item| [item]))
            }
            ListOp::Truncate { len } => {
                // What it held is freed when nobody waits for the lock.
                let len = size(len).min(row.len());
                let rest = row.split_off(len);
                drop(row);
                drop(rest);
                talk.answer(&Answer::Done)
            }
        }
    }
}

/// A list that a manager has. Every process that opened its token reads and changes the same one;
/// each call is one step that nobody sees half done.
///
/// Each call is a way to the manager and back; [`extend`](Self::extend) and
/// [`pop_many`](Self::pop_many) make one way of many, in steps of some 256 KiB, between which
/// others may come.
pub struct List<T> {
    proxy: Proxy<T>,
}

proxies!(List<T>, "a list of");

impl<T: Serialize + DeserializeOwned> List<T> {
    /// Adds one at the end.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the message would be too long.
    pub fn push(&self, value: &T) -> Result<(), Error> {
        self.proxy.done(Op::List(ListOp::Push), with(value))
    }

    /// Adds many at the end.
    ///
    /// # Errors
    /// When the manager cannot be asked; what came before may have been added.
    pub fn extend(&self, values: impl IntoIterator<Item = T>) -> Result<(), Error> {
        self.proxy.in_pieces(
            values,
            |value, payload| payload.value(&value),
            |ask| self.proxy.done(Op::List(ListOp::Push), ask),
        )
    }

    /// Takes the last, if there is one.
    ///
    /// # Errors
    /// When the manager cannot be asked, or it is not of this type; then it is gone.
    pub fn pop(&self) -> Result<Option<T>, Error> {
        Ok(self.take(false, 1)?.pop())
    }

    /// Takes the first, if there is one.
    ///
    /// # Errors
    /// When the manager cannot be asked, or it is not of this type; then it is gone.
    pub fn pop_first(&self) -> Result<Option<T>, Error> {
        Ok(self.take(true, 1)?.pop())
    }

    /// Takes up to so many from the end, the last first; as many as one message holds, which may
    /// be fewer than there are, and none only if there are none.
    ///
    /// # Errors
    /// When the manager cannot be asked, or one is not of this type; then they are gone.
    pub fn pop_many(&self, most: usize) -> Result<Vec<T>, Error> {
        self.take(false, most)
    }

    /// Takes up to so many from the beginning, otherwise as [`pop_many`](Self::pop_many).
    ///
    /// # Errors
    /// When the manager cannot be asked, or one is not of this type; then they are gone.
    pub fn pop_first_many(&self, most: usize) -> Result<Vec<T>, Error> {
        self.take(true, most)
    }

    fn take(&self, first: bool, most: usize) -> Result<Vec<T>, Error> {
        let most = most as u64;
        self.proxy
            .values(Op::List(ListOp::Pop { first, most }), |_| Ok(()))
    }

    /// One of them; `None` if the list is shorter.
    ///
    /// # Errors
    /// When the manager cannot be asked, or it is not of this type.
    pub fn get(&self, index: usize) -> Result<Option<T>, Error> {
        let index = index as u64;
        self.proxy.one(Op::List(ListOp::Get { index }), |_| Ok(()))
    }

    /// Puts one in the place of another; what was there.
    ///
    /// # Errors
    /// [`Error::NoSuchIndex`] when the list is shorter, or the manager cannot be asked.
    pub fn set(&self, index: usize, value: &T) -> Result<T, Error> {
        let index = index as u64;
        self.proxy
            .one(Op::List(ListOp::Set { index }), with(value))?
            .ok_or(Error::Confused)
    }

    /// Puts one before that which has this index, or at the end; the rest move up.
    ///
    /// # Errors
    /// [`Error::NoSuchIndex`] when the list is shorter, or the manager cannot be asked.
    pub fn insert(&self, index: usize, value: &T) -> Result<(), Error> {
        let index = index as u64;
        self.proxy
            .done(Op::List(ListOp::Insert { index }), with(value))
    }

    /// Takes one out; the rest move down.
    ///
    /// # Errors
    /// [`Error::NoSuchIndex`] when the list is shorter, or the manager cannot be asked.
    pub fn remove(&self, index: usize) -> Result<T, Error> {
        let index = index as u64;
        self.proxy
            .one(Op::List(ListOp::Remove { index }), |_| Ok(()))?
            .ok_or(Error::Confused)
    }

    /// Puts `new` in the place of `expected` if that is what is there; otherwise what is there is
    /// the error of the inner result.
    ///
    /// # Errors
    /// [`Error::NoSuchIndex`] when the list is shorter, or the manager cannot be asked.
    pub fn compare_exchange(
        &self,
        index: usize,
        expected: &T,
        new: &T,
    ) -> Result<Result<(), T>, Error> {
        let index = index as u64;
        let exchanged = self
            .proxy
            .exchange(Op::List(ListOp::Change { index }), |payload| {
                payload.value(expected)?;
                payload.value(new)
            })?;
        match exchanged {
            Ok(()) => Ok(Ok(())),
            Err(there) => there.map(Err).ok_or(Error::Confused),
        }
    }

    /// Makes one of them `f` of what it is, and calls `f` again if somebody changed it meanwhile;
    /// what it is then.
    ///
    /// # Errors
    /// [`Error::NoSuchIndex`] when the list is shorter, or the manager cannot be asked.
    pub fn update(&self, index: usize, mut f: impl FnMut(&T) -> T) -> Result<T, Error> {
        let Some(mut there) = self.get(index)? else {
            let len = self.len()?;
            return Err(Error::NoSuchIndex { index, len });
        };
        loop {
            let new = f(&there);
            match self.compare_exchange(index, &there, &new)? {
                Ok(()) => return Ok(new),
                Err(now) => there = now,
            }
        }
    }

    /// How many there are.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn len(&self) -> Result<usize, Error> {
        self.proxy.number(Op::List(ListOp::Len), |_| Ok(()))
    }

    /// Whether there are none.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn is_empty(&self) -> Result<bool, Error> {
        Ok(self.len()? == 0)
    }

    /// All, as they were at one moment.
    ///
    /// # Errors
    /// When the manager cannot be asked, or one is not of this type.
    pub fn snapshot(&self) -> Result<Vec<T>, Error> {
        self.range(..)
    }

    /// Those of a range that are there, as they were at one moment.
    ///
    /// # Errors
    /// When the manager cannot be asked, or one is not of this type.
    pub fn range(&self, range: impl RangeBounds<usize>) -> Result<Vec<T>, Error> {
        let from = match range.start_bound() {
            Bound::Included(&from) => from as u64,
            Bound::Excluded(&before) => (before as u64).saturating_add(1),
            Bound::Unbounded => 0,
        };
        let to = match range.end_bound() {
            Bound::Included(&last) => (last as u64).saturating_add(1),
            Bound::Excluded(&to) => to as u64,
            Bound::Unbounded => u64::MAX,
        };
        self.proxy
            .values(Op::List(ListOp::Range { from, to }), |_| Ok(()))
    }

    /// Removes all from this length on.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn truncate(&self, len: usize) -> Result<(), Error> {
        let len = len as u64;
        self.proxy
            .done(Op::List(ListOp::Truncate { len }), |_| Ok(()))
    }

    /// Removes all.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn clear(&self) -> Result<(), Error> {
        self.truncate(0)
    }
}
