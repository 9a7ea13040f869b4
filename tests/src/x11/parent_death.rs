//! Ties the life of a child process to this one's, for the case in which no destructor runs.
//!
//! A test runner that loses patience sends SIGKILL, and an Xvfb that outlives its test holds a
//! display number, some megabytes and an entry in /tmp for ever. Two ways that need no `unsafe`
//! were turned down: `Xvfb -terminate` waits for *every* client to leave, thus also for the program
//! under test that hangs; and a wrapper like `setpriv --pdeathsig` has to be installed.

#![expect(
    unsafe_code,
    reason = "std offers no safe way to run code between fork and exec"
)]

use std::{io, os::unix::process::CommandExt, process::Command};

use nix::{
    errno::Errno,
    sys::{prctl::set_pdeathsig, signal::Signal},
    unistd::{getpid, getppid},
};

/// Has the kernel send SIGTERM to the child when the *thread* that spawns it ends.
///
/// It is the thread and not the process that counts as the parent (see `PR_SET_PDEATHSIG(2const)`),
/// so the caller has to spawn from one that lives as long as the child should.
pub(crate) fn die_with_parent(command: &mut Command) {
    let parent = getpid();
    let in_the_child = move || {
        set_pdeathsig(Signal::SIGTERM)?;
        // If the parent died before the line above, its death will never be signalled.
        if getppid() != parent {
            return Err(io::Error::from(Errno::ESRCH));
        }
        Ok(())
    };
    // SAFETY: the closure runs in the forked child of a process with many threads, where another
    // thread may have held any lock (the allocator's, stdio's) at the time of the fork, so it may
    // only do what is async-signal-safe. It makes two bare system calls, prctl and getppid; an
    // `io::Error` made from an errno is a plain number and does not allocate; what it captures is a
    // pid, `Copy` and without a destructor; and it has nothing that could panic.
    unsafe {
        command.pre_exec(in_the_child);
    }
}
