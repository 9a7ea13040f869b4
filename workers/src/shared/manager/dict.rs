//! A dictionary: what is said about it, what the manager has, and the proxy.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::io;
use std::sync::Mutex;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::protocol::{Answer, Items, Op, Stored, broken};
use super::proxy::{Proxy, proxies};
use super::talk::{Talk, lock};

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum DictOp {
    Get,
    Contains,
    /// Keys and values, in turn.
    Insert,
    Extend,
    Remove,
    GetOrInsert,
    /// A key, then what is expected, if anything is, then what is to be there, if anything is.
    Change {
        expects: bool,
        puts: bool,
    },
    GetMany,
    RemoveMany,
    Len,
    Keys,
    Values,
    Entries,
    Clear,
}

#[derive(Default)]
pub(super) struct Table(Mutex<HashMap<Stored, Stored>>);

impl Table {
    pub(super) fn serve(
        &self,
        op: DictOp,
        mut items: Items<'_>,
        talk: &mut Talk,
    ) -> io::Result<()> {
        match op {
            DictOp::Get => {
                let key = items.one()?;
                let value = lock(&self.0).get(key).cloned();
                talk.answer_with(value)
            }
            DictOp::Contains => {
                let found = lock(&self.0).contains_key(items.one()?);
                talk.answer_number(usize::from(found))
            }
            DictOp::Insert => {
                let (key, value) = (items.one()?, items.one()?.into());
                let mut table = lock(&self.0);
                let before = match table.get_mut(key) {
                    Some(there) => Some(std::mem::replace(there, value)),
                    None => table.insert(key.into(), value),
                };
                drop(table);
                talk.answer_with(before)
            }
            DictOp::Extend => {
                let pairs = items.all()?;
                if pairs.len() % 2 != 0 {
                    return Err(broken("a key has no value"));
                }
                let mut table = lock(&self.0);
                for pair in pairs.chunks_exact(2) {
                    table.insert(pair[0].into(), pair[1].into());
                }
                drop(table);
                talk.answer(&Answer::Done)
            }
            DictOp::Remove => {
                let before = lock(&self.0).remove(items.one()?);
                talk.answer_with(before)
            }
            DictOp::GetOrInsert => {
                let (key, value) = (items.one()?, items.one()?);
                let there = lock(&self.0)
                    .entry(key.into())
                    .or_insert_with(|| value.into())
                    .clone();
                talk.answer_with(Some(there))
            }
            DictOp::Change { expects, puts } => {
                let key = items.one()?;
                let expected = if expects { Some(items.one()?) } else { None };
                let new = if puts { Some(items.one()?) } else { None };
                let mut table = lock(&self.0);
                let there = table.get(key).cloned();
                if there.as_deref() != expected {
                    drop(table);
                    return talk.answer_with(there);
                }
                match new {
                    Some(new) => table.insert(key.into(), new.into()),
                    None => table.remove(key),
                };
                drop(table);
                talk.answer(&Answer::Done)
            }
            DictOp::GetMany => {
                let keys = items.all()?;
                let table = lock(&self.0);
                let values: Vec<Option<Stored>> =
                    keys.iter().map(|key| table.get(*key).cloned()).collect();
                drop(table);
                // A flag before each value: an empty value is not the same as none.
                talk.answer_many(values.iter().map(|value| {
                    let there: &[u8] = if value.is_some() { &[1] } else { &[0] };
                    [Some(there), value.as_deref()].into_iter().flatten()
                }))
            }
            DictOp::RemoveMany => {
                let keys = items.all()?;
                let mut table = lock(&self.0);
                let removed = keys
                    .iter()
                    .filter(|key| table.remove(**key).is_some())
                    .count();
                drop(table);
                talk.answer_number(removed)
            }
            DictOp::Len => {
                let len = lock(&self.0).len();
                talk.answer_number(len)
            }
            DictOp::Keys => {
                let keys: Vec<Stored> = lock(&self.0).keys().cloned().collect();
                talk.answer_many(keys.iter().map(|key| [key]))
            }
            DictOp::Values => {
                let values: Vec<Stored> = lock(&self.0).values().cloned().collect();
                talk.answer_many(values.iter().map(|value| [value]))
            }
            DictOp::Entries => {
                let entries: Vec<(Stored, Stored)> = lock(&self.0)
                    .iter()
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect();
                talk.answer_many(entries.iter().map(|(key, value)| [key, value]))
            }
            DictOp::Clear => {
                // What it held is freed when nobody waits for the lock.
                let before = std::mem::take(&mut *lock(&self.0));
                drop(before);
                talk.answer(&Answer::Done)
            }
        }
    }
}

/// A dictionary that a manager has. Every process that opened its token reads and changes the same
/// one; each call is one step that nobody sees half done.
///
/// Keys are the same when they are encoded the same, so a key that is asked for in a borrowed form
/// (`&str` for `String`) must be encoded as its own. There is no order.
///
/// Each call is a way to the manager and back; [`extend`](Self::extend), [`get_many`](Self::get_many)
/// and [`remove_many`](Self::remove_many) make one way of many. They are done in steps of some
/// 256 KiB, between which others may come.
pub struct Dict<K, V> {
    proxy: Proxy<(K, V)>,
}

proxies!(Dict<K, V>, "a dictionary of");

impl<K: Serialize + DeserializeOwned, V: Serialize + DeserializeOwned> Dict<K, V> {
    /// The value of a key.
    ///
    /// # Errors
    /// When the manager cannot be asked, or the value is not of this type.
    pub fn get<Q>(&self, key: &Q) -> Result<Option<V>, Error>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        self.proxy
            .one(Op::Dict(DictOp::Get), |payload| payload.value(key))
    }

    /// Whether there is a value for it.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn contains<Q>(&self, key: &Q) -> Result<bool, Error>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        self.proxy
            .number(Op::Dict(DictOp::Contains), |payload| payload.value(key))
            .map(|found| found > 0)
    }

    /// Gives a key this value; what it had before.
    ///
    /// # Errors
    /// When the manager cannot be asked, or a message would be too long.
    pub fn insert<Q>(&self, key: &Q, value: &V) -> Result<Option<V>, Error>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        self.proxy.one(Op::Dict(DictOp::Insert), |payload| {
            payload.value(key)?;
            payload.value(value)
        })
    }

    /// Removes a key; the value it had.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn remove<Q>(&self, key: &Q) -> Result<Option<V>, Error>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        self.proxy
            .one(Op::Dict(DictOp::Remove), |payload| payload.value(key))
    }

    /// The value of a key, which is given this one if it has none.
    ///
    /// # Errors
    /// When the manager cannot be asked, or a message would be too long.
    pub fn get_or_insert<Q>(&self, key: &Q, value: &V) -> Result<V, Error>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        self.proxy
            .one(Op::Dict(DictOp::GetOrInsert), |payload| {
                payload.value(key)?;
                payload.value(value)
            })?
            .ok_or(Error::Confused)
    }

    /// Puts `new` in the place of `expected` if that is what is there; `None` is no value. If
    /// something else is there, that is the error of the inner result.
    ///
    /// # Errors
    /// When the manager cannot be asked, or a message would be too long.
    pub fn compare_exchange<Q>(
        &self,
        key: &Q,
        expected: Option<&V>,
        new: Option<&V>,
    ) -> Result<Result<(), Option<V>>, Error>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let op = DictOp::Change {
            expects: expected.is_some(),
            puts: new.is_some(),
        };
        self.proxy.exchange(Op::Dict(op), |payload| {
            payload.value(key)?;
            [expected, new]
                .into_iter()
                .flatten()
                .try_for_each(|value| payload.value(value))
        })
    }

    /// Makes a key's value `f` of what it is, where `None` is no value, and calls `f` again if
    /// somebody changed it meanwhile; what it is then.
    ///
    /// # Errors
    /// When the manager cannot be asked, or a message would be too long.
    pub fn update<Q>(
        &self,
        key: &Q,
        mut f: impl FnMut(Option<&V>) -> Option<V>,
    ) -> Result<Option<V>, Error>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized,
    {
        let mut there = self.get(key)?;
        loop {
            let new = f(there.as_ref());
            match self.compare_exchange(key, there.as_ref(), new.as_ref())? {
                Ok(()) => return Ok(new),
                Err(now) => there = now,
            }
        }
    }

    /// Gives many keys their values.
    ///
    /// # Errors
    /// When the manager cannot be asked; what came before may have been done.
    pub fn extend(&self, pairs: impl IntoIterator<Item = (K, V)>) -> Result<(), Error> {
        self.proxy.in_pieces(
            pairs,
            |(key, value), payload| {
                payload.value(&key)?;
                payload.value(&value)
            },
            |ask| self.proxy.done(Op::Dict(DictOp::Extend), ask),
        )
    }

    /// The values of many keys, in the order of the keys.
    ///
    /// # Errors
    /// When the manager cannot be asked, or a value is not of this type.
    pub fn get_many<'a, Q>(
        &self,
        keys: impl IntoIterator<Item = &'a Q>,
    ) -> Result<Vec<Option<V>>, Error>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized + 'a,
    {
        let mut values = Vec::new();
        self.proxy.in_pieces(
            keys,
            |key, payload| payload.value(key),
            |ask| {
                self.proxy
                    .many(Op::Dict(DictOp::GetMany), ask, |flag, items| {
                        values.push(match flag {
                            [1] => Some(items.value()?),
                            _ => None,
                        });
                        Ok(())
                    })
            },
        )?;
        Ok(values)
    }

    /// Removes many keys; how many of them had a value.
    ///
    /// # Errors
    /// When the manager cannot be asked; what came before may have been done.
    pub fn remove_many<'a, Q>(&self, keys: impl IntoIterator<Item = &'a Q>) -> Result<usize, Error>
    where
        K: Borrow<Q>,
        Q: Serialize + ?Sized + 'a,
    {
        let mut removed = 0;
        self.proxy.in_pieces(
            keys,
            |key, payload| payload.value(key),
            |ask| {
                removed += self.proxy.number(Op::Dict(DictOp::RemoveMany), ask)?;
                Ok(())
            },
        )?;
        Ok(removed)
    }

    /// All keys, as they were at one moment.
    ///
    /// # Errors
    /// When the manager cannot be asked, or a key is not of this type.
    pub fn keys(&self) -> Result<Vec<K>, Error> {
        self.proxy.values(Op::Dict(DictOp::Keys), |_| Ok(()))
    }

    /// All values, as they were at one moment.
    ///
    /// # Errors
    /// When the manager cannot be asked, or a value is not of this type.
    pub fn values(&self) -> Result<Vec<V>, Error> {
        self.proxy.values(Op::Dict(DictOp::Values), |_| Ok(()))
    }

    /// All keys with their values, as they were at one moment.
    ///
    /// # Errors
    /// When the manager cannot be asked, or one is not of its type.
    pub fn entries(&self) -> Result<Vec<(K, V)>, Error> {
        let mut entries = Vec::new();
        self.proxy.many(
            Op::Dict(DictOp::Entries),
            |_| Ok(()),
            |key, items| {
                let key = postcard::from_bytes(key).map_err(Error::Decode)?;
                entries.push((key, items.value()?));
                Ok(())
            },
        )?;
        Ok(entries)
    }

    /// How many keys there are.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn len(&self) -> Result<usize, Error> {
        self.proxy.number(Op::Dict(DictOp::Len), |_| Ok(()))
    }

    /// Whether there are none.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn is_empty(&self) -> Result<bool, Error> {
        Ok(self.len()? == 0)
    }

    /// Removes all.
    ///
    /// # Errors
    /// When the manager cannot be asked.
    pub fn clear(&self) -> Result<(), Error> {
        self.proxy.done(Op::Dict(DictOp::Clear), |_| Ok(()))
    }
}
