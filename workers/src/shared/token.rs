//! What another process opens a shared object by.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::{BadToken, SharedError};
use super::layout::Kind;
use super::segment::Segment;
use super::sys::Place;

/// What all shared objects have in common; only this module knows such objects.
pub trait Object: Sized {
    const KIND: Kind;
    /// How many places to sleep it has.
    const BELLS: usize;
    /// From a segment of this kind whose size is not yet known to fit. `part` tells apart the
    /// tokens of one object.
    fn from_segment(segment: Segment, part: u32) -> Result<Self, SharedError>;
}

/// A shared object in a form that can be sent: with serde in a request to a worker process, as
/// text (`to_string` and `parse`) in an argument.
///
/// It is good as long as the process that made it runs and has the object. A process that opened
/// it can make a token of its own (on macOS and the BSDs that one, too, needs the process which
/// made the object). Whoever has the token and is of the same user gets in.
///
/// ```
/// use workers::shared::{Event, Token};
///
/// let event = Event::new()?;
/// let text = event.token().to_string();
///
/// // In another process:
/// let token: Token<Event> = text.parse()?;
/// let same = token.open()?;
/// same.set();
/// assert!(event.is_set());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Token<T> {
    kind: Kind,
    part: u32,
    bytes: u64,
    cookie: [u64; 2],
    place: Place,
    opens: PhantomData<fn() -> T>,
}

impl<T: Object> Token<T> {
    pub(super) fn new(segment: &Segment, part: u32) -> Self {
        Self::at(segment.place(), segment, part)
    }

    /// Names the place where this process found the segment, not this process.
    pub(super) fn as_found(segment: &Segment, part: u32) -> Self {
        Self::at(segment.found_at(), segment, part)
    }

    fn at(place: Place, segment: &Segment, part: u32) -> Self {
        Self {
            kind: segment.kind(),
            part,
            bytes: segment.bytes() as u64,
            cookie: segment.cookie(),
            place,
            opens: PhantomData,
        }
    }

    /// The object that another process, or this one, shares.
    ///
    /// # Errors
    /// [`SharedError::Gone`] when its process has ended or closed it; others when the token is of
    /// another kind, program or version.
    pub fn open(&self) -> Result<T, SharedError> {
        if self.kind != T::KIND {
            return Err(SharedError::Kind {
                found: self.kind,
                wanted: T::KIND,
            });
        }
        let segment = Segment::open(&self.place, self.kind, self.bytes, self.cookie, T::BELLS)?;
        T::from_segment(segment, self.part)
    }
}

impl<T> Clone for Token<T> {
    fn clone(&self) -> Self {
        Self {
            place: self.place.clone(),
            ..*self
        }
    }
}

impl<T> fmt::Debug for Token<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Token({}, {:?})", self.kind, self.place)
    }
}

/// Two hexadecimal digits a byte: fit for an argument or an environment variable anywhere.
impl<T> fmt::Display for Token<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = postcard::to_stdvec(self).map_err(|_| fmt::Error)?;
        bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl<T> FromStr for Token<T> {
    type Err = BadToken;

    fn from_str(text: &str) -> Result<Self, BadToken> {
        from_hex(text)
    }
}

/// What was encoded and written with two hexadecimal digits a byte.
pub(super) fn from_hex<T: DeserializeOwned>(text: &str) -> Result<T, BadToken> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| digit.try_into().ok()))
        .collect();
    let (pairs, rest) = digits.as_ref().ok_or(BadToken)?.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    match postcard::take_from_bytes(&bytes) {
        Ok((token, [])) if rest.is_empty() => Ok(token),
        _ => Err(BadToken),
    }
}

/// Gives an object its method `token`.
macro_rules! tokens {
    ($object:ident $(<$element:ident>)?) => {
        impl $(<$element: $crate::shared::Plain>)? $object $(<$element>)? {
            /// What another process opens this by.
            pub fn token(&self) -> $crate::shared::Token<Self> {
                $crate::shared::Token::new(&self.segment, 0)
            }
        }

        impl $(<$element: $crate::shared::Plain>)? std::fmt::Debug for $object $(<$element>)? {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.debug_struct(stringify!($object)).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use tokens;

/// Refuses a segment that is smaller than its object.
pub(super) fn need(segment: &Segment, content: usize) -> Result<(), SharedError> {
    if segment.content() >= content {
        return Ok(());
    }
    Err(SharedError::Size {
        found: segment.content() as u64,
        expected: content as u64,
    })
}
