//! The fork itself, and what the forked child does: it asks for a lock again and again, and says
//! so, one byte each time.
#![expect(unsafe_code, reason = "fork has no safe face; it says why it is sound")]

use std::io::{self, PipeReader, Read as _};
use std::os::fd::{AsFd as _, AsRawFd as _, RawFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};

use super::word::WordLock;

/// Why it cannot be shown; it can.
pub(super) const CANNOT: Option<&str> = None;

const ASKED: u8 = b'?';
const GOT: u8 = b'!';

/// A forked child. It ends by force, at the latest when this is dropped.
pub(super) struct Forked {
    /// Until it was reaped.
    child: Option<Pid>,
    heard: PipeReader,
    since: Instant,
}

/// What was heard of it.
pub(super) struct Listened {
    /// How often it had asked.
    pub(super) times: u64,
    /// When it was heard that it had got the lock.
    pub(super) got: Option<Duration>,
}

impl Forked {
    /// Forks a child that asks for `lock`, or for the copy of it that it then has.
    pub(super) fn start(lock: &'static WordLock, pause: Duration) -> io::Result<Self> {
        let (heard, said) = io::pipe()?;
        let (reading, saying) = (heard.as_raw_fd(), said.as_raw_fd());
        let pause = i32::try_from(pause.as_millis()).unwrap_or(1);
        let since = Instant::now();
        // SAFETY: this process has other threads, so that until it ends, the child may do only what
        // is async-signal-safe. It runs `in_child` and nothing else, which allocates nothing, takes
        // no lock of the system's, cannot panic, drops nothing and never returns.
        match unsafe { fork() }? {
            ForkResult::Child => in_child(lock, reading, saying, pause),
            ForkResult::Parent { child } => Ok(Self {
                child: Some(child),
                heard,
                since,
            }),
        }
        // `said` is closed here, so that the child's end is the pipe's.
    }

    /// Listens until the child has got the lock, or so long.
    pub(super) fn listen(&mut self, limit: Duration) -> io::Result<Listened> {
        let deadline = Instant::now() + limit;
        let mut listened = Listened {
            times: 0,
            got: None,
        };
        let mut bytes = [0; 256];
        while listened.got.is_none() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let mut pipes = [PollFd::new(self.heard.as_fd(), PollFlags::POLLIN)];
            let left = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
            match poll(&mut pipes, left) {
                Ok(0) | Err(Errno::EINTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            let n = self.heard.read(&mut bytes)?;
            if n == 0 {
                return Err(io::Error::other("the forked child ended unasked"));
            }
            listened.times += n as u64;
            if bytes[..n].contains(&GOT) {
                listened.got = Some(self.since.elapsed());
            }
        }
        Ok(listened)
    }

    /// Ends it, unless it has ended itself: how it ended, and whether that was by force.
    pub(super) fn end(mut self) -> io::Result<(String, bool)> {
        let ended = self.reap()?;
        Ok(match ended {
            Some(WaitStatus::Signaled(_, signal, _)) => (
                format!("was killed ({})", signal.as_str()),
                signal == Signal::SIGKILL,
            ),
            Some(WaitStatus::Exited(_, 0)) => ("went on".to_owned(), false),
            Some(other) => (format!("{other:?}"), false),
            None => ("was reaped before".to_owned(), false),
        })
    }

    fn reap(&mut self) -> io::Result<Option<WaitStatus>> {
        let Some(child) = self.child.take() else {
            return Ok(None);
        };
        // One that has got the lock is about to end by itself; it has closed the pipe when it did.
        let mut rest = [0; 1];
        let is_asking = {
            let mut pipes = [PollFd::new(self.heard.as_fd(), PollFlags::POLLIN)];
            !matches!(poll(&mut pipes, PollTimeout::from(1000_u16)), Ok(1))
                || self.heard.read(&mut rest)? > 0
        };
        if is_asking {
            kill(child, Signal::SIGKILL)?;
        }
        loop {
            match waitpid(child, None) {
                Err(Errno::EINTR) => {}
                ended => return Ok(Some(ended?)),
            }
        }
    }
}

impl Drop for Forked {
    fn drop(&mut self) {
        // If even that fails, it dies with the group of the process that forked it.
        let _ = self.reap();
    }
}

/// Asks until it has the lock. Only atomics and calls that POSIX lists as async-signal-safe.
fn in_child(lock: &'static WordLock, reading: RawFd, saying: RawFd, pause: i32) -> ! {
    // Its copy of the end that the parent reads: while that is open, it would not notice that nobody
    // reads any more.
    // SAFETY: close takes an integer; what owned it here is never dropped.
    unsafe { libc::close(reading) };
    loop {
        let held = lock.try_acquire();
        let byte = if held.is_some() { GOT } else { ASKED };
        // SAFETY: `byte` outlives the call, which reads one byte of it.
        let written = unsafe { libc::write(saying, (&raw const byte).cast(), 1) };
        if held.is_some() || written != 1 {
            // SAFETY: _exit takes an integer, and runs nothing of this program's.
            unsafe { libc::_exit(if written == 1 { 0 } else { 1 }) };
        }
        // SAFETY: with no descriptors, poll only waits.
        unsafe { libc::poll(std::ptr::null_mut(), 0, pause) };
    }
}
