//! Systems without fork: the page says so, and nothing here is ever called.

use std::io;
use std::time::Duration;

use super::word::WordLock;

/// Why it cannot be shown.
pub(super) const CANNOT: Option<&str> =
    Some("this system has no fork: a new process always starts afresh");

/// There is none.
pub(super) enum Forked {}

/// As where there is one.
#[allow(dead_code, reason = "one face for all systems")]
pub(super) struct Listened {
    pub(super) times: u64,
    pub(super) got: Option<Duration>,
}

impl Forked {
    pub(super) fn start(_: &'static WordLock, _: Duration) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn listen(&mut self, _: Duration) -> io::Result<Listened> {
        match *self {}
    }

    pub(super) fn end(self) -> io::Result<(String, bool)> {
        match self {}
    }
}
