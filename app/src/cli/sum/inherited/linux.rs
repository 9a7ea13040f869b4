//! Linux: a look at the standard streams and a signal before Rust's runtime changes them.
#![expect(
    unsafe_code,
    reason = "a place in the executable, and raw system calls; each says why it is sound"
)]

use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use nix::errno::Errno;
use nix::libc;

static CLOSED: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];
static IGNORED_CLOSED_PIPES: AtomicBool = AtomicBool::new(false);

pub(super) fn open(stream: usize) -> io::Result<()> {
    match CLOSED.get(stream) {
        Some(closed) if closed.load(Relaxed) => Err(Errno::EBADF.into()),
        _ => Ok(()),
    }
}

pub(super) fn ignored_closed_pipes() -> bool {
    IGNORED_CLOSED_PIPES.load(Relaxed)
}

// SAFETY: the C library calls the functions whose addresses stand in this section, one after
// another, before `main`. This one takes no arguments and uses nothing of Rust's runtime.
#[used]
#[unsafe(link_section = ".init_array")]
static LOOK: extern "C" fn() = look;

extern "C" fn look() {
    for (stream, closed) in (0..).zip(&CLOSED) {
        // SAFETY: takes numbers; a stream that is not open is refused.
        closed.store(unsafe { libc::fcntl(stream, libc::F_GETFD) } == -1, Relaxed);
    }
    // SAFETY: all zeros are a `sigaction`, which is filled in by the call; without a new action
    // nothing changes.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGPIPE, std::ptr::null(), &raw mut action) == 0 {
            IGNORED_CLOSED_PIPES.store(action.sa_sigaction == libc::SIG_IGN, Relaxed);
        }
    }
}
