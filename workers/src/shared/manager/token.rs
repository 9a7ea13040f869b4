//! What another process opens an object of a manager by.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::Error;
use super::key::Key;
use super::link::Link;
use super::protocol::{Answer, Op, Request};
use super::transport::Address;
use crate::shared::BadToken;

/// What all proxies have in common; only this module knows them.
pub trait Remote: Sized {
    /// What it is a proxy of, in words that only the same types give.
    fn types() -> String;
    /// The proxy of an object that is of these types.
    fn of(part: Part) -> Self;
}

/// An object of a manager, and a way there.
pub struct Part {
    pub(super) link: Arc<Link>,
    pub(super) object: u64,
}

/// An object that a manager has, in a form that can be sent: with serde in a task for a pool of
/// processes, as text (`to_string` and `parse`) in an argument or a file.
///
/// It is good as long as the manager lives. One that is reached [locally](super::Over::Local) lets
/// in whoever has the token and is of the same user. Over TCP, tokens hold no key.
///
/// Opening connects, so open what a worker uses often once, in its set-up, and not in each task.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Token<P> {
    address: Address,
    /// How long whoever opens it looks for an answer before it sleeps.
    awake: Duration,
    /// Of a manager that is reached locally.
    secret: Option<Key>,
    object: u64,
    opens: PhantomData<fn() -> P>,
}

impl<P: Remote> Token<P> {
    pub(super) fn new(part: &Part) -> Self {
        let link = &part.link;
        Self {
            address: link.address.clone(),
            secret: match link.address {
                Address::Local(_) => Some(link.key()),
                Address::Tcp(_) => None,
            },
            awake: link.awake,
            object: part.object,
            opens: PhantomData,
        }
    }

    /// The proxy of an object whose manager is reached locally.
    ///
    /// # Errors
    /// [`Error::Gone`] when the manager has ended, [`Error::KeyNeeded`] when it is reached over
    /// TCP, [`Error::Kind`] when the object is another.
    pub fn open(&self) -> Result<P, Error> {
        self.open_by(self.secret.ok_or(Error::KeyNeeded)?)
    }

    /// The proxy of an object whose manager is reached over TCP and has this key.
    ///
    /// # Errors
    /// [`Error::WrongKey`] when it has another; otherwise as for [`open`](Self::open).
    pub fn open_with(&self, key: &Key) -> Result<P, Error> {
        self.open_by(*key)
    }

    fn open_by(&self, key: Key) -> Result<P, Error> {
        let part = Part {
            link: Arc::new(Link::new(self.address.clone(), key, self.awake)),
            object: self.object,
        };
        let wanted = P::types();
        let open = Request {
            object: self.object,
            op: Op::Open {
                types: wanted.clone(),
            },
        };
        part.link.ask(
            &open,
            |_| Ok(()),
            |answer, _| match answer {
                Answer::Done => Ok(()),
                Answer::OtherTypes(found) => Err(Error::Kind {
                    found,
                    wanted: wanted.clone(),
                }),
                _ => Err(Error::Confused),
            },
        )?;
        Ok(P::of(part))
    }
}

impl<P> Clone for Token<P> {
    fn clone(&self) -> Self {
        Self {
            address: self.address.clone(),
            ..*self
        }
    }
}

impl<P> fmt::Debug for Token<P> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Token({} at {:?})", self.object, self.address)
    }
}

/// Two hexadecimal digits a byte.
impl<P> fmt::Display for Token<P> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = postcard::to_stdvec(self).map_err(|_| fmt::Error)?;
        bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl<P> FromStr for Token<P> {
    type Err = BadToken;

    fn from_str(text: &str) -> Result<Self, BadToken> {
        crate::shared::token::from_hex(text)
    }
}
