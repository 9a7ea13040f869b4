//! How a process ended, as a value that can be told to others.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the system says about the end of a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It ended itself with this code. On Windows a crash is a code too.
    Code(i32),
    /// It was ended by this signal.
    Signal {
        /// As the system counts them.
        number: i32,
        /// SIGKILL and the like.
        name: String,
    },
    /// Nobody knows, for the reason given.
    Unknown(String),
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) if *code < 0 => write!(f, "crashed (0x{code:08X})"),
            Self::Code(code) => write!(f, "exited with code {code}"),
            Self::Signal { name, .. } => write!(f, "was killed ({name})"),
            Self::Unknown(why) => write!(f, "ended, nobody knows how: {why}"),
        }
    }
}
