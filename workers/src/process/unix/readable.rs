//! `poll`, not `select`, which knows no descriptor above 1,023; not epoll or kqueue, which pay from
//! hundreds of pipes on and are one system's each.

use std::io;
use std::os::fd::AsFd as _;
use std::process::ChildStdout;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::super::Readable;

pub(crate) fn readable(pipes: &[&ChildStdout], limit: Duration) -> io::Result<Vec<Readable>> {
    let deadline = Instant::now() + limit;
    let mut fds: Vec<PollFd<'_>> = pipes
        .iter()
        .map(|pipe| PollFd::new(pipe.as_fd(), PollFlags::POLLIN))
        .collect();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        // Rounded up, or the last millisecond would be spun away.
        let timeout =
            PollTimeout::try_from(left + Duration::from_micros(999)).unwrap_or(PollTimeout::MAX);
        match poll(&mut fds, timeout) {
            Ok(_) => break,
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(fds
        .iter()
        // A closed pipe says so by POLLHUP: that, too, is read without waiting.
        .map(|fd| match fd.any() {
            Some(false) => Readable::No,
            Some(true) | None => Readable::Yes,
        })
        .collect())
}
