//! Unix: a filter ends when nobody reads what it prints.
#![expect(unsafe_code, reason = "a raw system call; it says why it is sound")]

use nix::sys::signal::{SigHandler, Signal, signal};

/// Rust programs ignore the signal of a closed pipe, and see an error instead. A filter in a
/// pipeline is to be ended by it, with the status that shells know.
pub(super) fn end_with_the_reader() {
    // SAFETY: the default action is no handler of ours that could interrupt anything. It cannot
    // fail for a signal that there is.
    let _ = unsafe { signal(Signal::SIGPIPE, SigHandler::SigDfl) };
}
