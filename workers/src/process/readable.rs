//! Which of many children have said something: for one thread that serves them all.

use std::io;
use std::process::ChildStdout;
use std::time::Duration;

use super::os;

/// What reading from a pipe would do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    /// Wait.
    No,
    /// Give at once what is there, or the end.
    Yes,
}

/// Waits until at least one of the pipes can be read without waiting, or `limit` is over; says
/// of each whether it can.
///
/// # Errors
/// The system's reason why it cannot tell.
pub fn readable(pipes: &[&ChildStdout], limit: Duration) -> io::Result<Vec<Readable>> {
    os::readable(pipes, limit)
}
