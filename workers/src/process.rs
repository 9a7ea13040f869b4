//! Processes: which executable a worker is, what a child does first, how it is ended, what it
//! cost. Each system's own means are in `unix.rs` and `windows.rs`, behind one face.

pub mod child;
pub(crate) mod ended;
mod executable;
mod harm;
mod leashed;
pub mod priority;
mod readable;
pub(crate) mod status;
pub mod usage;

#[cfg(unix)]
#[path = "process/unix.rs"]
pub(crate) mod os;
#[cfg(windows)]
#[path = "process/windows.rs"]
pub(crate) mod os;

use std::io;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::Ordering;

pub(crate) use harm::Harm;
pub use leashed::{Leashed, Pipes};
pub use readable::{Readable, readable};
pub use status::Status;

use child::{CHILD_ARGUMENT, MANAGER_ARGUMENT, PARENT_ARGUMENT};

/// What `command` starts gets no console window, should it be a console program: Windows opens one
/// for each that a windowed program starts. Elsewhere nothing changes. Workers and other children
/// of this crate are started this way as it is.
pub fn without_console(command: &mut Command) {
    os::without_console(command);
}

/// Whether this program calls [`child::child_entry`], and so knows what to do as a child.
pub(crate) fn knows_child_roles() -> bool {
    child::WAS_ENTERED.load(Ordering::Relaxed)
}

/// A worker process, what it is kept together with, and its three pipes.
pub(crate) struct Spawned {
    pub(crate) child: Child,
    pub(crate) group: os::Group,
    pub(crate) watch: os::Watch,
    pub(crate) requests: ChildStdin,
    pub(crate) reports: ChildStdout,
    pub(crate) errors: ChildStderr,
}

/// Starts this program, or another that knows the child role, as a worker. On Linux the child
/// dies with the *thread* that calls this, so that thread must live as long as the pool.
pub(crate) fn spawn_worker(executable: Option<&Path>) -> io::Result<Spawned> {
    let command = match executable {
        Some(path) => child_command(path),
        None => child_command(&executable::path()?),
    };
    start(command)
}

/// Starts a child with three pipes, and what it is kept together with.
fn start(mut command: Command) -> io::Result<Spawned> {
    command.stderr(Stdio::piped());
    let Started {
        mut child,
        group,
        watch,
        requests,
        reports,
    } = start_with_two_pipes(command)?;
    match child.stderr.take() {
        Some(errors) => Ok(Spawned {
            child,
            group,
            watch,
            requests,
            reports,
            errors,
        }),
        None => Err(without_pipes()),
    }
}

/// A process that serves others, and two pipes: what it prints goes where this one's goes.
pub(crate) struct Started {
    pub(crate) child: Child,
    pub(crate) group: os::Group,
    pub(crate) watch: os::Watch,
    pub(crate) requests: ChildStdin,
    pub(crate) reports: ChildStdout,
}

/// Starts this program as a manager of what processes share. On Linux it dies with the *thread*
/// that calls this.
pub(crate) fn spawn_manager() -> io::Result<Started> {
    let mut command = child_command(&executable::path()?);
    command.arg(MANAGER_ARGUMENT);
    start_with_two_pipes(command)
}

fn child_command(executable: &Path) -> Command {
    let mut command = Command::new(executable);
    command
        .arg(CHILD_ARGUMENT)
        .arg(PARENT_ARGUMENT)
        .arg(std::process::id().to_string());
    command
}

fn start_with_two_pipes(mut command: Command) -> io::Result<Started> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    os::prepare(&mut command);
    let mut child = command.spawn()?;
    match set_up(&mut child) {
        Ok((group, watch, requests, reports)) => Ok(Started {
            child,
            group,
            watch,
            requests,
            reports,
        }),
        Err(error) => {
            // On Windows it may not even run, and dropping it would leave it so. Killed, it is
            // soon over; failing means that it is gone already.
            let _ = child.kill();
            let _ = child.wait();
            Err(error)
        }
    }
}

type Parts = (os::Group, os::Watch, ChildStdin, ChildStdout);

fn set_up(child: &mut Child) -> io::Result<Parts> {
    let group = os::Group::adopt(child)?;
    let watch = os::Watch::new(child)?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(requests), Some(reports)) => Ok((group, watch, requests, reports)),
        _ => Err(without_pipes()),
    }
}

/// Cannot be with `piped` above, and is not worth a panic.
fn without_pipes() -> io::Error {
    io::Error::other("the child came without its pipes")
}
