//! The key of a manager, and how each side proves that it has it.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

/// Bytes of a key, a challenge and a proof.
pub(super) const BYTES: usize = 32;
/// Random bytes, never used twice, that the other side has to answer.
pub(super) type Challenge = [u8; BYTES];

/// What opens a manager that is reached over TCP.
///
/// It never travels over the connection: each side proves that it has it by a keyed hash of what
/// both chose at random. How it comes to another process is for the caller to choose: in a task
/// for a pool of processes, whose pipes are private, over standard input, in a file that only its
/// user may read. Not in an argument, which every user of the machine can see.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Key([u8; BYTES]);

/// Which side proves. A proof of one is none of the other, or a manager could be asked for the
/// answer to its own question.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Client,
    Manager,
}

impl Key {
    /// One that nobody can guess, from the system's random numbers.
    ///
    /// # Errors
    /// When the system has none.
    pub fn random() -> io::Result<Self> {
        challenge().map(Self)
    }

    /// One that was made elsewhere. It must be as hard to guess as random bytes: whoever sees a
    /// proof could otherwise try keys until one fits.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be passed on.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; BYTES] {
        self.0
    }

    /// Compared with another in a time that does not depend on where they differ.
    pub(super) fn proof(
        &self,
        side: Side,
        client: &Challenge,
        manager: &Challenge,
    ) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(match side {
            Side::Client => b"thawsum manager: client",
            Side::Manager => b"thawsum manager: manager",
        });
        hasher.update(client);
        hasher.update(manager);
        hasher.finalize()
    }
}

/// Does not show it, so that it is in no log.
impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key(..)")
    }
}

pub(super) fn challenge() -> io::Result<Challenge> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
