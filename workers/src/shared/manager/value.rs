//! A value of any type: what is said about it, what the manager has, and the proxy.

use std::io;
use std::sync::Mutex;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::protocol::{Answer, Items, Op, Stored};
use super::proxy::{Proxy, proxies, with};
use super::talk::{Talk, lock};

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum ValueOp {
    Get,
    Set,
    Swap,
    /// What is expected, then what is to be there.
    Change,
}

pub(super) struct Cell(Mutex<Stored>);

impl Cell {
    pub(super) fn new(first: &[u8]) -> Self {
        Self(Mutex::new(first.into()))
    }

    pub(super) fn serve(
        &self,
        op: ValueOp,
        mut items: Items<'_>,
        talk: &mut Talk,
    ) -> io::Result<()> {
        match op {
            ValueOp::Get => {
                let there = lock(&self.0).clone();
                talk.answer_with(Some(there))
            }
            ValueOp::Set => {
                *lock(&self.0) = items.one()?.into();
                talk.answer(&Answer::Done)
            }
            ValueOp::Swap => {
                let new = items.one()?.into();
                let before = std::mem::replace(&mut *lock(&self.0), new);
                talk.answer_with(Some(before))
            }
            ValueOp::Change => {
                let (expected, new) = (items.one()?, items.one()?);
                let mut there = lock(&self.0);
                if **there == *expected {
                    *there = new.into();
                    drop(there);
                    return talk.answer(&Answer::Done);
                }
                let other = there.clone();
                drop(there);
                talk.answer_with(Some(other))
            }
        }
    }
}

/// A value of any type that a manager has, read and written as a whole. For a number,
/// [`shared::Value`](crate::shared::Value) does the same in some nanoseconds.
pub struct Value<T> {
    proxy: Proxy<T>,
}

proxies!(Value<T>, "a value of type");

impl<T: Serialize + DeserializeOwned> Value<T> {
    /// What it is.
    ///
    /// # Errors
    /// When the manager cannot be asked, or it is not of this type.
    pub fn get(&self) -> Result<T, Error> {
        self.proxy
            .one(Op::Value(ValueOp::Get), |_| Ok(()))?
            .ok_or(Error::Confused)
    }

    /// Makes it this.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the message would be too long.
    pub fn set(&self, value: &T) -> Result<(), Error> {
        self.proxy.done(Op::Value(ValueOp::Set), with(value))
    }

    /// Makes it this; what it was.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the message would be too long.
    pub fn swap(&self, value: &T) -> Result<T, Error> {
        self.proxy
            .one(Op::Value(ValueOp::Swap), with(value))?
            .ok_or(Error::Confused)
    }

    /// Makes it `new` if it is `expected`; otherwise what it is is the error of the inner result.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the message would be too long.
    pub fn compare_exchange(&self, expected: &T, new: &T) -> Result<Result<(), T>, Error> {
        let exchanged = self.proxy.exchange(Op::Value(ValueOp::Change), |payload| {
            payload.value(expected)?;
            payload.value(new)
        })?;
        match exchanged {
            Ok(()) => Ok(Ok(())),
            Err(there) => there.map(Err).ok_or(Error::Confused),
        }
    }

    /// Makes it `f` of what it is, and calls `f` again if somebody changed it meanwhile; what it
    /// is then.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the message would be too long.
    pub fn update(&self, mut f: impl FnMut(&T) -> T) -> Result<T, Error> {
        let mut there = self.get()?;
        loop {
            let new = f(&there);
            match self.compare_exchange(&there, &new)? {
                Ok(()) => return Ok(new),
                Err(now) => there = now,
            }
        }
    }
}
