//! Where there is no parent-death signal (macOS and the other BSDs), a thread that waits for the
//! parent's end. Not a look at `getppid` now and then, which wakes up every worker for nothing,
//! and sees the end late.

use std::io;

use nix::errno::Errno;
use nix::sys::event::{EvFlags, EventFilter, FilterFlag, KEvent, Kqueue};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Kills this process when that one ends; one that has ended already may go unnoticed.
pub(super) fn kill_this_when_it_ends(process: u32) -> io::Result<()> {
    let queue = Kqueue::new()?;
    let ends = KEvent::new(
        process as usize,
        EventFilter::EVFILT_PROC,
        EvFlags::EV_ADD | EvFlags::EV_ONESHOT,
        FilterFlag::NOTE_EXIT,
        0,
        0,
    );
    // Asked for here, not on the thread: the caller looks for its parent afterwards, so that no
    // moment is left in which it could end unseen.
    queue.kevent(&[ends], &mut [], None)?;
    std::thread::Builder::new()
        .name("parent".to_owned())
        .spawn(move || {
            let mut event = [ends];
            loop {
                match queue.kevent(&[], &mut event, None) {
                    Ok(0) | Err(Errno::EINTR) => {}
                    Ok(_) => break,
                    // What is left is the end of standard input.
                    Err(_) => return,
                }
            }
            // Not `exit`, which runs what the program registered for its end and may wait for
            // locks that a task holds. And not the whole group, to be like Linux.
            let _ = kill(Pid::this(), Signal::SIGKILL);
        })?;
    Ok(())
}
