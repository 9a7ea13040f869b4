//! What all proxies do: ask about one object, and read what comes back as values.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::Error;
use super::protocol::{Answer, Items, Op, PIECE, Payload, Request, size};
use super::token::Part;

pub(super) struct Proxy<T> {
    pub(super) part: Part,
    types: PhantomData<fn(T) -> T>,
}

impl<T> Proxy<T> {
    pub(super) fn new(part: Part) -> Self {
        Self {
            part,
            types: PhantomData,
        }
    }

    fn ask<R>(
        &self,
        op: Op,
        fill: impl FnOnce(&mut Payload) -> Result<(), Error>,
        mut read: impl FnMut(Answer, Items<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let request = Request {
            object: self.part.object,
            op,
        };
        self.part
            .link
            .ask(&request, fill, |answer, items| match answer {
                Answer::NoSuchIndex { index, len } => Err(Error::NoSuchIndex {
                    index: size(index),
                    len: size(len),
                }),
                Answer::NothingToDo => Err(Error::NothingToDo),
                answer => read(answer, items),
            })
    }

    pub(super) fn done(
        &self,
        op: Op,
        fill: impl FnOnce(&mut Payload) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.ask(op, fill, |answer, _| match answer {
            Answer::Done => Ok(()),
            _ => Err(Error::Confused),
        })
    }

    /// Whether it came about in time.
    pub(super) fn in_time(&self, op: Op) -> Result<bool, Error> {
        self.ask(
            op,
            |_| Ok(()),
            |answer, _| match answer {
                Answer::Done => Ok(true),
                Answer::TooLate => Ok(false),
                _ => Err(Error::Confused),
            },
        )
    }

    pub(super) fn number(
        &self,
        op: Op,
        fill: impl FnOnce(&mut Payload) -> Result<(), Error>,
    ) -> Result<usize, Error> {
        self.ask(op, fill, |answer, _| match answer {
            Answer::Number(number) => Ok(size(number)),
            Answer::TooLate => Ok(0),
            _ => Err(Error::Confused),
        })
    }

    pub(super) fn one<V: DeserializeOwned>(
        &self,
        op: Op,
        fill: impl FnOnce(&mut Payload) -> Result<(), Error>,
    ) -> Result<Option<V>, Error> {
        self.ask(op, fill, |answer, mut items| match answer {
            Answer::Nothing => Ok(None),
            Answer::One => items.value().map(Some),
            _ => Err(Error::Confused),
        })
    }

    /// Of an exchange: done, or what is there.
    pub(super) fn exchange<V: DeserializeOwned>(
        &self,
        op: Op,
        fill: impl FnOnce(&mut Payload) -> Result<(), Error>,
    ) -> Result<Result<(), Option<V>>, Error> {
        self.ask(op, fill, |answer, mut items| match answer {
            Answer::Done => Ok(Ok(())),
            Answer::Nothing => Ok(Err(None)),
            Answer::One => Ok(Err(Some(items.value()?))),
            _ => Err(Error::Confused),
        })
    }

    /// Calls `each` with each item, which may take more of those that follow.
    pub(super) fn many(
        &self,
        op: Op,
        fill: impl FnOnce(&mut Payload) -> Result<(), Error>,
        mut each: impl FnMut(&[u8], &mut Items<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.ask(op, fill, |answer, mut items| match answer {
            Answer::Many { .. } => {
                while let Some(item) = items.next().map_err(|_| Error::Confused)? {
                    each(item, &mut items)?;
                }
                Ok(())
            }
            Answer::TooLate => Ok(()),
            _ => Err(Error::Confused),
        })
    }

    pub(super) fn values<V: DeserializeOwned>(
        &self,
        op: Op,
        fill: impl FnOnce(&mut Payload) -> Result<(), Error>,
    ) -> Result<Vec<V>, Error> {
        let mut values = Vec::new();
        self.many(op, fill, |value, _| {
            values.push(postcard::from_bytes(value).map_err(Error::Decode)?);
            Ok(())
        })?;
        Ok(values)
    }

    /// Asks about many things in pieces, each of which is one message.
    pub(super) fn in_pieces<I>(
        &self,
        things: impl IntoIterator<Item = I>,
        mut add: impl FnMut(I, &mut Payload) -> Result<(), Error>,
        mut ask: impl FnMut(&dyn Fn(&mut Payload) -> Result<(), Error>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut piece = Payload::default();
        let mut ask_of = |piece: &mut Payload| {
            ask(&|payload| {
                payload.0.extend_from_slice(&piece.0);
                Ok(())
            })?;
            piece.0.clear();
            Ok(())
        };
        for thing in things {
            let before = piece.0.len();
            add(thing, &mut piece)?;
            // A long one goes alone, so that no message is longer than it must be.
            if before > 0 && piece.0.len() > PIECE {
                let last = piece.0.split_off(before);
                ask_of(&mut piece)?;
                piece.0.extend_from_slice(&last);
            }
        }
        if piece.0.is_empty() {
            return Ok(());
        }
        ask_of(&mut piece)
    }
}

impl Items<'_> {
    pub(super) fn value<V: DeserializeOwned>(&mut self) -> Result<V, Error> {
        let item = self.one().map_err(|_| Error::Confused)?;
        postcard::from_bytes(item).map_err(Error::Decode)
    }
}

/// Puts one value behind a request.
pub(super) fn with<V: Serialize + ?Sized>(
    value: &V,
) -> impl FnOnce(&mut Payload) -> Result<(), Error> {
    move |payload| payload.value(value)
}

/// Gives a proxy its token, and what the token opens it by.
macro_rules! proxies {
    ($proxy:ident $(<$($of:ident),*>)?, $words:literal) => {
        impl $(<$($of: serde::Serialize + serde::de::DeserializeOwned),*>)? $proxy $(<$($of),*>)? {
            /// What another process opens this by.
            pub fn token(&self) -> $crate::shared::manager::Token<Self> {
                $crate::shared::manager::Token::new(&self.proxy.part)
            }
        }

        impl $(<$($of: serde::Serialize + serde::de::DeserializeOwned),*>)?
            $crate::shared::manager::token::Remote for $proxy $(<$($of),*>)?
        {
            fn types() -> String {
                let words = [$words $($(, std::any::type_name::<$of>())*)?];
                words.join(" ")
            }

            fn of(part: $crate::shared::manager::token::Part) -> Self {
                Self {
                    proxy: $crate::shared::manager::proxy::Proxy::new(part),
                }
            }
        }

        impl $(<$($of),*>)? std::fmt::Debug for $proxy $(<$($of),*>)? {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.debug_struct(stringify!($proxy)).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use proxies;
