//! What the program was started with: whether its standard streams were open, and whether it was
//! to ignore closed pipes. A filter answers for both, and Rust's runtime hides both before `main`:
//! it opens `/dev/null` in the place of a closed stream, and ignores the signal of a closed pipe.
//! So a function looks before the runtime does. Elsewhere than on Linux, where that takes other
//! means, all is taken to be as it usually is.

#[cfg(target_os = "linux")]
#[path = "inherited/linux.rs"]
mod os;
#[cfg(not(target_os = "linux"))]
mod os {
    pub(super) fn open(_stream: usize) -> std::io::Result<()> {
        Ok(())
    }
    #[cfg(unix)]
    pub(super) fn ignored_closed_pipes() -> bool {
        false
    }
}

use std::io;

/// An error if standard input was closed.
pub(in crate::cli) fn stdin_is_open() -> io::Result<()> {
    os::open(0)
}

/// An error if standard output was closed.
pub(super) fn stdout_is_open() -> io::Result<()> {
    os::open(1)
}

/// Lets a closed pipe end the program, with the status that shells know, unless whoever started
/// it wanted otherwise.
#[cfg(unix)]
#[expect(unsafe_code, reason = "a raw system call; it says why it is sound")]
pub(super) fn end_with_the_reader() {
    use nix::sys::signal::{SigHandler, Signal, signal};
    if !os::ignored_closed_pipes() {
        // SAFETY: the default action is no handler of ours that could interrupt anything. It
        // cannot fail for a signal that there is.
        let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) };
    }
}
