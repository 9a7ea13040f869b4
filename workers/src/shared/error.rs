//! What can go wrong when memory is shared.

use std::io;

use super::layout::Kind;

/// Why a shared object could not be made or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SharedError {
    /// The system gave no memory.
    #[error("could not get {bytes} bytes of shared memory: {source}")]
    Create {
        /// How much was asked for.
        bytes: usize,
        /// The system's reason.
        source: io::Error,
    },
    /// The system did not let this process in.
    #[error("could not open the shared memory: {0}")]
    Open(#[source] io::Error),
    /// The process that wrote the token has ended or has dropped the object.
    #[error("the process that shares this has ended or has closed it")]
    Gone,
    /// What is there was not made by this module.
    #[error("this is not shared memory of this program")]
    Foreign,
    /// What is there was made by another version of this program.
    #[error(
        "the shared memory has layout {found}, this program knows {known}; use the same version on both sides"
    )]
    Version {
        /// The layout that is there.
        found: u32,
        /// The layout of this program.
        known: u32,
    },
    /// The token is for something else.
    #[error("the token is for {found}, not for {wanted}")]
    Kind {
        /// What is there.
        found: Kind,
        /// What was to be opened.
        wanted: Kind,
    },
    /// There is less or more memory than the token says.
    #[error("the shared memory has {found} bytes, and {expected} were expected")]
    Size {
        /// Bytes that are there.
        found: u64,
        /// Bytes that the token speaks of.
        expected: u64,
    },
    /// Each end of a pipe is opened once.
    #[error("this end of the pipe is open already")]
    Taken,
    /// A size that no object can have.
    #[error("{0}")]
    BadSize(&'static str),
}

/// Text that is no token.
#[derive(Debug, thiserror::Error)]
#[error("this is not a token of a shared object")]
pub struct BadToken;
